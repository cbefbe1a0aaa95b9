internal import RunRecords

extension ScalingTable {
  /// The share of a perfect gain below which more hosts are not worth it.
  private static var worthwhile: Double { 0.5 }

  /// What the predictions come to, a sentence each.
  package var advice: [String] {
    var sentences = [oneHost]
    if let shards = shardLimit { sentences.append(shards) }
    if let hosts = moreRanks { sentences.append(hosts) }
    return sentences
  }

  /// The best use of one host.
  private var oneHost: String {
    let lanes = best.layout.lanes
    let cores = model.coresPerHost
    let place = "a host of \(cores) \(cores == 1 ? "core" : "cores")"
    var text =
      "best on \(place): 1 rank x \(lanes) \(lanes == 1 ? "worker" : "workers"), "
      + "\(NumberText.count(best.rate)) samples/s"
    if lanes > 1 {
      text += "; \(lanes) ranks x 1 worker share their memory and come to the same"
    }
    if lanes < min(cores, model.workload.shards) {
      text += "; more lanes would only wait for each other"
    }
    return text
  }

  /// Whether the shards are what keeps more cores from helping.
  private var shardLimit: String? {
    let most = rows.map(\.layout).max { $0.lanes < $1.lanes }?.lanes ?? 0
    let shards = model.workload.shards
    guard rows.contains(where: { $0.prediction == nil }) || shards < most else { return nil }
    return
      "\(shards) \(shards == 1 ? "shard keeps" : "shards keep") at most \(shards) lanes busy; more "
      + "need a larger `train.shards`, which is another computation"
  }

  /// From which number of ranks on more are not worth it.
  private var moreRanks: String? {
    let known = rows.filter { $0.prediction != nil }.sorted { $0.layout.ranks < $1.layout.ranks }
    for (row, next) in zip(known, known.dropFirst()) {
      guard let now = row.prediction, let then = next.prediction else { continue }
      let gain = then.rate / now.rate - 1
      let perfect = Double(next.layout.lanes) / Double(row.layout.lanes) - 1
      guard perfect > 0, gain < Self.worthwhile * perfect else { continue }
      return sentence(row, now, next, then, gain: gain)
    }
    return nil
  }

  private func sentence(
    _ row: Row, _ now: StepPrediction, _ next: Row, _ then: StepPrediction, gain: Double
  ) -> String {
    let isFar = model.link != nil
    let unit = isFar ? "hosts" : "ranks"
    let from = row.layout.ranks
    let outcome =
      gain > 0
      ? "\(next.layout.ranks) give only \(NumberText.fixed(100 * gain, decimals: 0)) % more than \(from)"
      : "\(next.layout.ranks) are no faster than \(from)"
    var text =
      "more than \(from) \(from == 1 ? String(unit.dropLast()) : unit)"
      + (isFar ? " on this link" : "") + " \(from == 1 ? "is" : "are") not worth it: \(outcome)"
    let share = NumberText.fixed(100 * then.exposedShare, decimals: 0)
    if then.exposedMessages > 0.2 * then.total {
      text +=
        ", since \(share) % of a step would be waiting for messages; a larger global batch "
        + (model.workload.wireBytes == 4
          ? "or `distributed.wire: bfloat16` lowers that" : "lowers that")
    }
    return text
  }
}
