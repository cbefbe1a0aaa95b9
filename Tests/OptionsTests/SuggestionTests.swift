import Testing

@testable import Options

@Suite("Suggestions")
struct SuggestionTests {
  private static let keys = [
    "epochs", "steps", "global_batch", "shards", "workers", "precision", "clip", "checkpoint",
    "validate_every_steps", "log_every_steps", "learning_rate", "weight_decay", "momentum",
    "units", "activation", "rate", "bias",
  ]

  @Test(
    "Edits are counted with swaps of neighbours",
    arguments: [
      ("", "", 0), ("a", "", 1), ("", "ab", 2), ("abc", "abc", 0), ("abc", "acb", 1),
      ("abc", "axc", 1), ("abc", "abxc", 1), ("abc", "bc", 1), ("kitten", "sitting", 3),
      ("ca", "abc", 3), ("日本", "日木", 1),
    ])
  func distance(a: String, b: String, expected: Int) {
    #expect(Suggestion.editDistance(Array(a), Array(b)) == expected)
    #expect(Suggestion.editDistance(Array(b), Array(a)) == expected)
  }

  /// Every word that is one deletion, substitution, insertion or swap away.
  private static func misspellings(of word: String) -> Set<String> {
    let letters = Array(word)
    var result: Set<String> = []
    for index in letters.indices {
      result.insert(String(letters[..<index] + letters[(index + 1)...]))
      for letter in "aez_9" {
        result.insert(String(letters[..<index] + [letter] + letters[(index + 1)...]))
        result.insert(String(letters[..<index] + [letter] + letters[index...]))
      }
      if index > 0 {
        var swapped = letters
        swapped.swapAt(index - 1, index)
        result.insert(String(swapped))
      }
    }
    result.insert(word + "x")
    return result.subtracting([word])
  }

  @Test("Every misspelling by one edit is recognized", arguments: keys)
  func oneEdit(key: String) {
    for word in Self.misspellings(of: key) {
      #expect(Suggestion.nearest(to: word, among: Self.keys) == key, "\(word)")
    }
  }

  @Test("Capitals, other programs' names and parts of names are recognized")
  func beyondEdits() {
    #expect(Suggestion.nearest(to: "ADAM", among: ["sgd", "adam"]) == "adam")
    #expect(Suggestion.nearest(to: "lr", among: ["learning_rate", "beta1"]) == "learning_rate")
    #expect(Suggestion.nearest(to: "lr", among: ["beta1"]) == nil)
    #expect(Suggestion.nearest(to: "max_epochs", among: Self.keys) == "epochs")
    #expect(Suggestion.nearest(to: "validate", among: Self.keys) == "validate_every_steps")
    #expect(Suggestion.nearest(to: "batchSize", among: ["batch_size"]) == "batch_size")
  }

  @Test("What is near to nothing gets no suggestion")
  func nothingNear() {
    #expect(Suggestion.nearest(to: "xylophone", among: Self.keys) == nil)
    #expect(Suggestion.nearest(to: "every", among: Self.keys) == nil)
    #expect(Suggestion.nearest(to: "epochs", among: []) == nil)
    #expect(Suggestion.nearest(to: "kernel", among: ["k"]) == nil)
  }

  @Test("Of equally near names the first wins")
  func tie() {
    #expect(Suggestion.nearest(to: "bet", among: ["beta", "best"]) == "beta")
  }
}
