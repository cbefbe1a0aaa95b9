/// Finds the name that a misspelt word was meant to be.
public enum Suggestion {
  /// The candidate that was probably meant; nil where none is near.
  ///
  /// A candidate is near when it takes at most `max(1, length / 3)` edits (insertion, deletion,
  /// substitution, swap of neighbours; capitals and small letters are the same), when other programs
  /// call it by the word, or when it alone contains the word or is contained in it.
  ///
  /// - Parameters:
  ///   - word: the word as it was written.
  ///   - candidates: the words that would have been right; of equally near ones the first wins.
  /// - Returns: the candidate, or nil where none is near.
  public static func nearest(to word: String, among candidates: [String]) -> String? {
    let limit = max(1, word.count / 3)
    let letters = Array(word.lowercased())
    var best: (distance: Int, candidate: String)?
    for candidate in candidates {
      let distance = editDistance(letters, Array(candidate.lowercased()))
      if distance <= limit, distance < best?.distance ?? .max { best = (distance, candidate) }
    }
    if let best, best.distance <= 1 { return best.candidate }
    if let known = synonyms[word.lowercased()]?.first(where: candidates.contains) { return known }
    if let best { return best.candidate }
    // A word that is a part of just one candidate was probably meant to be it.
    let containing = candidates.filter {
      min(word.count, $0.count) >= 3 && ($0.contains(word) || word.contains($0))
    }
    return containing.count == 1 ? containing[0] : nil
  }

  /// What other programs and courses call things, too far from our name to be found by edits.
  private static let synonyms: [String: [String]] = [
    "average_pooling2d": ["average_pool2d"], "avgpool2d": ["average_pool2d"],
    "batch_size": ["global_batch", "batch"], "batchnorm2d": ["batch_norm"],
    "bce": ["binary_cross_entropy"], "bf16": ["bfloat16"], "crossentropy": ["cross_entropy"],
    "eps": ["epsilon"], "fc": ["dense"], "fp32": ["float32"], "kernel_size": ["kernel"],
    "learning": ["learning_rate"], "lr": ["learning_rate"], "mae": ["mean_absolute_error"],
    "max_epochs": ["epochs"], "max_steps": ["steps"], "mse": ["mean_squared_error"],
    "neurons": ["units"], "num_epochs": ["epochs"], "num_workers": ["workers"],
    "out_channels": ["filters"], "out_features": ["units"], "p": ["rate"], "silu": ["swish"],
    "threads": ["workers"], "wd": ["weight_decay"],
  ]

  /// The optimal string alignment distance (Damerau-Levenshtein with adjacent swaps) of two words.
  ///
  /// - Complexity: O(a.count · b.count).
  static func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 1...a.count {
      var row = [i]
      for j in 1...b.count {
        let substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
        var distance = min(substitution, last[j] + 1, row[j - 1] + 1)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          distance = min(distance, beforeLast[j - 2] + 1)
        }
        row.append(distance)
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}
