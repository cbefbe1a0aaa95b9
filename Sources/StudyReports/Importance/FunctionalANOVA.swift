// How much of a function's variance each parameter explains by itself.
//
// The function is a tree, constant on boxes, so that its averages over all other parameters are exact sums over the
// boxes: no sampling. Read from the bottom: averages, their variance, the shares of a forest.

/// The variance of functions on the unit cube, split by parameters.
///
/// *An Efficient Approach for Assessing Hyperparameter Importance*, Hutter, Hoos and Leyton-Brown, 2014. The main effect
/// of a parameter is the variance of the function's average over all others, all values taken evenly; what main
/// effects do not explain is interactions.
///
/// Here a parameter that lacks a value at a point, since its conditions do not hold, is one that the function does not
/// depend on there. So it needs no made-up value, and what its conditions alone change belongs to the parameters that they
/// name.
enum FunctionalANOVA {
  /// The shares of the variance that are main effects, one a feature, on average over the trees of a forest.
  ///
  /// - Returns: the shares; nil where no tree varies.
  static func mainEffects(of forest: Forest, features: [Feature]) -> [Double]? {
    var sums = features.map { _ in 0.0 }
    var count = 0
    for tree in forest.trees {
      let mean = tree.leaves.reduce(0) { $0 + $1.volume * $1.value }
      let total = tree.leaves.reduce(0) { sum, leaf in
        sum + leaf.volume * (leaf.value - mean) * (leaf.value - mean)
      }
      guard total > 0 else { continue }
      count += 1
      for (index, feature) in features.enumerated() {
        sums[index] += variance(of: index, feature, in: tree, mean: mean) / total
      }
    }
    return count == 0 ? nil : sums.map { $0 / Double(count) }
  }

  /// The variance of a tree's average over all features but one.
  private static func variance(
    of index: Int, _ feature: Feature, in tree: RegressionTree, mean: Double
  ) -> Double {
    let weights = tree.leaves.map { leaf in
      leaf.box.enumerated().reduce(leaf.value - mean) { product, side in
        side.offset == index ? product : product * side.element.measure
      }
    }
    let extents = tree.leaves.map { $0.box[index] }
    switch feature {
    case .ordered: return variance(overIntervals: extents, weights)
    case .categories(let count): return variance(overCategories: count, extents, weights)
    }
  }

  private static func variance(overIntervals extents: [Extent], _ weights: [Double]) -> Double {
    // What the average changes by at each border.
    var changes: [Double: Double] = [:]
    for case (.interval(let low, let high), let weight) in zip(extents, weights) {
      changes[low, default: 0] += weight
      changes[high, default: 0] -= weight
    }
    let borders = changes.keys.sorted()
    var (average, variance) = (0.0, 0.0)
    for (border, next) in zip(borders, borders.dropFirst()) {
      average += changes[border, default: 0]
      variance += (next - border) * average * average
    }
    return variance
  }

  private static func variance(
    overCategories count: Int, _ extents: [Extent], _ weights: [Double]
  ) -> Double {
    var averages = Array(repeating: 0.0, count: count)
    for case (.categories(let marks), let weight) in zip(extents, weights) {
      for category in 0..<count where marks[category] { averages[category] += weight }
    }
    return averages.reduce(0) { $0 + $1 * $1 } / Double(count)
  }
}
