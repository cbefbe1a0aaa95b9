package import Tensors

/// How the tensors of a file differ from those that are expected.
package struct TensorDifference: Sendable, Equatable, CustomStringConvertible {
  /// A tensor that only one side has.
  package struct Single: Sendable, Equatable {
    /// Its name.
    package let name: String
    /// Its shape.
    package let shape: Shape
  }

  /// A tensor that both sides have in different shapes.
  package struct Mismatch: Sendable, Equatable {
    /// Its name.
    package let name: String
    /// Its shape in the file.
    package let found: Shape
    /// The shape that is expected.
    package let expected: Shape
  }

  /// Expected, and not in the file.
  package private(set) var missing: [Single] = []
  /// In the file, and not expected.
  package private(set) var unexpected: [Single] = []
  /// In both, in another shape.
  package private(set) var otherShape: [Mismatch] = []

  /// Compares a file with what is expected, both by name.
  package init(
    found: some Sequence<(name: String, shape: Shape)>,
    expected: some Sequence<(name: String, shape: Shape)>
  ) {
    let found = Dictionary(found.map { ($0.name, $0.shape) }) { first, _ in first }
    var names: Set<String> = []
    for (name, shape) in expected.sorted(by: { $0.name.isBefore($1.name) }) {
      names.insert(name)
      if let other = found[name] {
        if other != shape {
          otherShape.append(Mismatch(name: name, found: other, expected: shape))
        }
      } else {
        missing.append(Single(name: name, shape: shape))
      }
    }
    for (name, shape) in found where !names.contains(name) {
      unexpected.append(Single(name: name, shape: shape))
    }
    unexpected.sort { $0.name.isBefore($1.name) }
  }

  /// Whether the file has exactly what is expected.
  package var isEmpty: Bool { missing.isEmpty && unexpected.isEmpty && otherShape.isEmpty }

  /// The three groups, one line each, at most eight tensors a group.
  package var description: String {
    let lines =
      Self.line("missing", missing.map { "\($0.name) \($0.shape)" })
      + Self.line("unexpected", unexpected.map { "\($0.name) \($0.shape)" })
      + Self.line(
        "other shape",
        otherShape.map { "\($0.name) is \($0.found) there, \($0.expected) here" })
    return lines.joined(separator: "\n")
  }

  private static func line(_ title: String, _ tensors: [String]) -> [String] {
    let shown = 8
    guard !tensors.isEmpty else { return [] }
    var text = "  \(title) (\(tensors.count)): " + tensors.prefix(shown).joined(separator: ", ")
    if tensors.count > shown { text += ", … and \(tensors.count - shown) more" }
    return [text]
  }
}
