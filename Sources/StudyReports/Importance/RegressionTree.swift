/// A parameter as regression trees see it.
enum Feature: Equatable {
  /// Coordinates from 0 to 1, of which neighbours are alike.
  case ordered
  /// So many categories, 0, 1, …, in no order.
  case categories(Int)
}

/// A point and the value there.
struct Sample {
  /// A coordinate or category for each feature; nil where the feature has none at this point.
  let coordinates: [Double?]
  /// The value.
  let value: Double
}

/// The part of a feature's domain that a leaf covers.
enum Extent {
  /// Coordinates between two bounds.
  case interval(low: Double, high: Double)
  /// The categories that are marked.
  case categories([Bool])

  /// All of a feature's domain.
  init(of feature: Feature) {
    switch feature {
    case .ordered: self = .interval(low: 0, high: 1)
    case .categories(let count): self = .categories(Array(repeating: true, count: count))
    }
  }

  /// The share of the domain, at most 1.
  var measure: Double {
    switch self {
    case .interval(let low, let high): high - low
    case .categories(let marks): Double(marks.count { $0 }) / Double(marks.count)
    }
  }
}

/// A regression tree: a function that is constant on boxes of the unit cube.
///
/// Grown as in *Classification and Regression Trees*, Breiman, Friedman, Olshen and Stone, 1984: each node is split
/// where the squared deviations from the means of both sides are the least, of equal splits at the first feature and
/// the lowest place. Categories are split into two sets, which for squared deviations need be sought only in the order
/// of their means. A feature that some of a node's samples lack cannot split that node: first the one must by which it
/// is present or not.
struct RegressionTree {
  /// A box and the value there.
  struct Leaf {
    /// The box, an extent a feature.
    let box: [Extent]
    /// The mean of its samples.
    let value: Double

    /// The box's share of the cube.
    var volume: Double { box.reduce(1) { $0 * $1.measure } }
  }

  /// The boxes, which do not overlap and together fill the cube.
  private(set) var leaves: [Leaf] = []
  /// The fewest samples of a leaf.
  private let smallestLeaf: Int

  /// Grows a tree.
  ///
  /// - Parameters:
  ///   - samples: at least one; the same one may be there several times.
  ///   - features: the features, as many as the samples have coordinates.
  ///   - smallestLeaf: the fewest samples of a leaf.
  init(_ samples: [Sample], features: [Feature], smallestLeaf: Int) {
    self.smallestLeaf = smallestLeaf
    grow(samples, box: features.map(Extent.init))
  }

  private mutating func grow(_ samples: [Sample], box: [Extent]) {
    guard let split = bestSplit(of: samples, box: box) else {
      let sum = samples.reduce(0) { $0 + $1.value }
      leaves.append(Leaf(box: box, value: sum / Double(samples.count)))
      return
    }
    for isBelow in [true, false] {
      var part = box
      part[split.feature] = isBelow ? split.below : split.above
      grow(samples.filter { split.isBelow($0) == isBelow }, box: part)
    }
  }

  private func bestSplit(of samples: [Sample], box: [Extent]) -> Split? {
    guard samples.count >= 2 * smallestLeaf,
      let first = samples.first, samples.contains(where: { $0.value != first.value })
    else { return nil }
    let mean = samples.reduce(0) { $0 + $1.value } / Double(samples.count)
    let groups = box.indices.map { feature in
      Group.collect(
        samples.compactMap { sample in
          sample.coordinates[feature].map { (place: $0, deviation: sample.value - mean) }
        })
    }
    let isWhole = groups.map { $0.reduce(0) { $0 + $1.count } == samples.count }
    var best: Split?
    for (feature, extent) in box.enumerated() {
      let split =
        if isWhole[feature] {
          switch extent {
          case .interval(let low, let high):
            ordered(groups[feature], feature, low: low, high: high)
          case .categories(let marks): categorical(groups[feature], feature, marks)
          }
        } else {
          enabling(
            feature, groups[feature],
            by: box.indices.filter { isWhole[$0] }.map { ($0, box[$0]) }, samples)
        }
      if let split, split.gain > best?.gain ?? 0 { best = split }
    }
    return best
  }

  /// A split of a categorical feature into the samples that have a feature and those that lack it.
  ///
  /// It is worth what it gains itself and what the split gains that it makes possible: a parameter may matter much
  /// behind another one that does not matter by itself.
  private func enabling(
    _ feature: Int, _ groups: [Group], by others: [(feature: Int, extent: Extent)],
    _ samples: [Sample]
  ) -> Split? {
    let count = groups.reduce(0) { $0 + $1.count }
    let lacking = samples.count - count
    guard let cut = bestCut(of: groups), lacking >= smallestLeaf else { return nil }
    // The deviations of all samples add up to 0, so those of the others to the negative sum.
    let sum = groups.reduce(0) { $0 + $1.sum }
    let gain = sum * sum / Double(count) + sum * sum / Double(lacking)
    for (other, extent) in others {
      guard case .categories(let marks) = extent else { continue }
      var below = marks.map { _ in false }
      var above = marks
      for sample in samples where sample.coordinates[feature] == nil {
        guard let category = sample.coordinates[other] else { continue }
        below[Int(category)] = true
        above[Int(category)] = false
      }
      let split = Split(
        feature: other, gain: gain + cut.gain, below: .categories(below), above: .categories(above))
      if samples.allSatisfy({ split.isBelow($0) == ($0.coordinates[feature] == nil) }) {
        return split
      }
    }
    return nil
  }

  private func ordered(_ groups: [Group], _ feature: Int, low: Double, high: Double) -> Split? {
    bestCut(of: groups).map { cut in
      let border = (groups[cut.end - 1].place + groups[cut.end].place) / 2
      return Split(
        feature: feature, gain: cut.gain, below: .interval(low: low, high: border),
        above: .interval(low: border, high: high))
    }
  }

  /// Categories of a node without samples there go with the higher half.
  private func categorical(_ groups: [Group], _ feature: Int, _ marks: [Bool]) -> Split? {
    let groups = groups.sorted {
      $0.mean == $1.mean ? $0.place < $1.place : $0.mean < $1.mean
    }
    return bestCut(of: groups).map { cut in
      var below = marks.map { _ in false }
      for group in groups[..<cut.end] { below[Int(group.place)] = true }
      let above = zip(marks, below).map { $0 && !$1 }
      return Split(
        feature: feature, gain: cut.gain, below: .categories(below), above: .categories(above))
    }
  }

  /// How many of the first groups to part from the rest, and by how much that lessens the squared deviations.
  private func bestCut(of groups: [Group]) -> (end: Int, gain: Double)? {
    let count = groups.reduce(0) { $0 + $1.count }
    let sum = groups.reduce(0) { $0 + $1.sum }
    var best: (end: Int, gain: Double)?
    var (below, sumBelow) = (0, 0.0)
    for end in groups.indices.dropFirst() {
      below += groups[end - 1].count
      sumBelow += groups[end - 1].sum
      guard below >= smallestLeaf, count - below >= smallestLeaf else { continue }
      let rest = sum - sumBelow
      let gain =
        sumBelow * sumBelow / Double(below) + rest * rest / Double(count - below)
        - sum * sum / Double(count)
      if gain > best?.gain ?? 0 { best = (end, gain) }
    }
    return best
  }
}

/// A node's samples at one place of a feature.
private struct Group {
  let place: Double
  var count = 0
  /// Of the samples' deviations from the node's mean.
  var sum = 0.0

  var mean: Double { sum / Double(count) }

  /// The groups by place; samples of a place are added in the order given.
  static func collect(_ samples: [(place: Double, deviation: Double)]) -> [Group] {
    let order = samples.indices.sorted {
      samples[$0].place == samples[$1].place ? $0 < $1 : samples[$0].place < samples[$1].place
    }
    var groups: [Group] = []
    for index in order {
      if groups.last?.place != samples[index].place {
        groups.append(Group(place: samples[index].place))
      }
      groups[groups.count - 1].count += 1
      groups[groups.count - 1].sum += samples[index].deviation
    }
    return groups
  }
}

/// A feature's extent in two parts.
private struct Split {
  let feature: Int
  /// By how much it lessens the squared deviations from the means.
  let gain: Double
  let below: Extent
  let above: Extent

  func isBelow(_ sample: Sample) -> Bool {
    guard let place = sample.coordinates[feature] else {
      preconditionFailure("a split by feature \(feature), which a sample lacks")
    }
    return switch below {
    case .interval(_, let high): place <= high
    case .categories(let marks): marks[Int(place)]
    }
  }
}
