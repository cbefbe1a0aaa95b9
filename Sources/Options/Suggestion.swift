/// Finds the name that a misspelt word was meant to be.
public enum Suggestion {
  /// The candidate nearest to `word` by edits (insertion, deletion, substitution, swap of
  /// neighbours), if it is near enough to be what was meant: at most `max(1, length / 3)` edits.
  ///
  /// - Parameters:
  ///   - word: the word as it was written.
  ///   - candidates: the words that would have been right; of equally near ones the first wins.
  /// - Returns: the candidate, or nil where none is near.
  public static func nearest(to word: String, among candidates: [String]) -> String? {
    let limit = max(1, word.count / 3)
    var best: (distance: Int, candidate: String)?
    for candidate in candidates {
      let distance = editDistance(Array(word.utf8), Array(candidate.utf8))
      if distance <= limit, distance < best?.distance ?? .max { best = (distance, candidate) }
    }
    if let best { return best.candidate }
    // A word that is a part of just one candidate was probably meant to be it.
    let containing = candidates.filter {
      word.count >= 3 && ($0.contains(word) || word.contains($0))
    }
    return containing.count == 1 ? containing[0] : nil
  }

  /// The optimal string alignment distance (Damerau-Levenshtein with adjacent swaps) of two words.
  static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
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
