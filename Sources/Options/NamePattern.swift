/// A pattern for names: `*` stands for any run of characters, `?` for any one, all else for itself.
public struct NamePattern: Sendable {
  /// The pattern as it was written.
  public let text: String
  /// Where it was written; nil for patterns made in code.
  public let mark: SourceMark?

  /// Makes a pattern.
  public init(_ text: String, mark: SourceMark? = nil) {
    self.text = text
    self.mark = mark
  }

  /// Whether the pattern stands for the whole of a name.
  public func matches(_ name: String) -> Bool { distance(to: name) == 0 }

  /// The names that the pattern was probably meant for.
  ///
  /// - Parameters:
  ///   - count: how many at most.
  ///   - names: the names to choose from; of equally near ones the first wins.
  /// - Returns: the names that it takes the fewest edits to match, the nearest first.
  public func nearest(_ count: Int, among names: [String]) -> [String] {
    let ranked = names.enumerated().map { (name: $1, distance: distance(to: $1), place: $0) }
    return ranked.sorted { ($0.distance, $0.place) < ($1.distance, $1.place) }
      .prefix(count).map(\.name)
  }

  /// The fewest insertions, deletions and substitutions of characters of a name after which the
  /// pattern matches it.
  ///
  /// - Complexity: O(pattern's length x name's length).
  func distance(to name: String) -> Int {
    let letters = Array(name)
    // row[j] is the distance of the pattern read so far to the first j letters.
    var row = Array(0...letters.count)
    for symbol in text {
      var next = [symbol == "*" ? row[0] : row[0] + 1]
      for (index, letter) in letters.enumerated() {
        if symbol == "*" {
          next.append(min(row[index + 1], next[index]))
        } else {
          let isFree = symbol == "?" || symbol == letter
          next.append(
            min(row[index] + (isFree ? 0 : 1), row[index + 1] + 1, next[index] + 1))
        }
      }
      row = next
    }
    return row[letters.count]
  }
}

extension OptionReader {
  /// A list of patterns for names, at least one; nil where it is absent or wrong.
  ///
  /// One text stands for a list of one.
  public func namePatterns(_ key: String) -> [NamePattern]? {
    guard let value = value(key), let texts = texts(key) else { return nil }
    if texts.isEmpty {
      report("`\(key)` of \(context) is an empty list", for: key, hint: "write a pattern: `*.bias`")
      return nil
    }
    var marks = [value.mark]
    if case .list(let items) = value.content { marks = items.map(\.mark) }
    return zip(texts, marks).map { NamePattern($0, mark: $1) }
  }
}
