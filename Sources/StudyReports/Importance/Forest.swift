internal import Tensors

/// Regression trees of samples drawn with repetition: a function of the samples and the seed alone.
///
/// *Random Forests*, Breiman, 2001; every feature may split every node, as is usual for regression.
struct Forest {
  /// The trees.
  let trees: [RegressionTree]

  /// How many trees there are: shares of variance hardly change with more.
  static let treeCount = 64
  /// The fewest samples of a leaf: trees grow nearly as far as they can, since averages over the cube even out what
  /// single leaves learn by heart.
  static let smallestLeaf = 2

  /// Collects trees.
  init(_ trees: [RegressionTree]) {
    self.trees = trees
  }

  /// Grows the trees.
  ///
  /// - Parameters:
  ///   - samples: at least one.
  ///   - features: the features, as many as the samples have coordinates.
  ///   - seed: what the samples of each tree are drawn from.
  init(_ samples: [Sample], features: [Feature], seed: UInt64) {
    let stream = RandomStream(seed: seed, purpose: .search)
    trees = (0..<Self.treeCount).map { tree in
      let drawn = samples.indices.map { place in
        // The last word keeps these numbers apart from those of samplers.
        let word = stream.words(UInt32(tree), UInt32(place), 0, 1).0
        return samples[Int((UInt64(word) * UInt64(samples.count)) >> 32)]
      }
      return RegressionTree(drawn, features: features, smallestLeaf: Self.smallestLeaf)
    }
  }
}
