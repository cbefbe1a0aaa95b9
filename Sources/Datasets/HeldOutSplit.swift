internal import Tensors

/// Chooses which samples are held out of the training part.
///
/// Each sample draws a random word from (seed, stage, its position); held out are those with the
/// smallest words. So the choice depends on nothing but the seed and the samples.
struct HeldOutSplit {
  /// What the samples are held out for; each draws its own words.
  enum Stage: UInt32 {
    case test = 0
    case validation = 1
  }

  /// The run's seed.
  let seed: UInt64
  /// What the samples are held out for.
  let stage: Stage

  /// Cuts a dataset in two; each part keeps the order of the samples.
  ///
  /// - Throws: ``DatasetError`` where one of the parts would be empty.
  func cut(
    _ dataset: Dataset, _ share: HeldOut
  ) throws(DatasetError) -> (kept: Dataset, heldOut: Dataset) {
    var groups = [[UInt32](0..<UInt32(dataset.count))]
    if share.stratify, let classes = dataset.classNames?.count {
      groups = [[UInt32]](repeating: [], count: classes)
      for (position, target) in dataset.targets.enumerated() {
        groups[Int(target)].append(UInt32(position))
      }
    }
    let quotas = Self.quotas(of: groups.map(\.count), fraction: share.fraction)
    var isHeldOut = [Bool](repeating: false, count: dataset.count)
    for (group, quota) in zip(groups, quotas) {
      for position in chosen(quota, of: group) { isHeldOut[Int(position)] = true }
    }
    let positions = [UInt32](0..<UInt32(dataset.count))
    let heldOut = positions.filter { isHeldOut[Int($0)] }
    let kept = positions.filter { !isHeldOut[Int($0)] }
    if heldOut.isEmpty || kept.isEmpty {
      throw DatasetError(
        "`\(stage)` takes a fraction of \(share.fraction) of \(dataset.count) samples, which "
          + "leaves nothing for \(heldOut.isEmpty ? "it" : "training")",
        hint: "give more samples or another fraction")
    }
    return (dataset.subset(kept), dataset.subset(heldOut))
  }

  /// How many samples of each group are held out: the exact shares rounded down, then one more for
  /// the largest remainders until the total is the exact share of the whole, rounded.
  ///
  /// A group is never held out as a whole.
  static func quotas(of counts: [Int], fraction: Double) -> [Int] {
    let exact = counts.map { Double($0) * fraction }
    var quotas = exact.map { Int($0) }
    let total = Double(counts.reduce(0, +)) * fraction
    let missing = Int(total.rounded()) - quotas.reduce(0, +)
    let byRemainder = counts.indices
      .filter { exact[$0] > Double(quotas[$0]) && quotas[$0] + 1 < counts[$0] }
      .sorted { left, right in
        let remainders = (exact[left] - Double(quotas[left]), exact[right] - Double(quotas[right]))
        return remainders.0 == remainders.1 ? left < right : remainders.0 > remainders.1
      }
    for index in byRemainder.prefix(max(0, missing)) { quotas[index] += 1 }
    return quotas
  }

  private func chosen(_ quota: Int, of group: [UInt32]) -> ArraySlice<UInt32> {
    let stream = RandomStream(seed: seed, purpose: .split)
    let keyed = group.map { position in
      let words = stream.words(position, stage.rawValue)
      return (key: UInt64(words.0) << 32 | UInt64(words.1), position: position)
    }
    return keyed.sorted { ($0.key, $0.position) < ($1.key, $1.position) }
      .map(\.position).prefix(quota)
  }
}
