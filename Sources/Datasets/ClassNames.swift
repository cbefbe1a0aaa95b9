internal import Options

/// The classes of a target column and their ids.
struct ClassNames {
  /// The names by id.
  private(set) var names: [String]
  private var ids: [String: Int]
  private let isComplete: Bool

  /// Starts with the classes of the training file, or with none while reading that file.
  init(known: [String]?) {
    names = known ?? []
    ids = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    isComplete = known != nil
  }

  /// The id of the class that a cell names; a new one while the training file is read.
  mutating func id(
    of cell: CSVCell, _ scanner: CSVScanner, _ column: String
  ) throws(DatasetError) -> Float {
    let name = scanner.text(of: cell)
    if let id = ids[name] { return Float(id) }
    if name.isEmpty {
      throw DatasetError(
        "expected a class in column `\(column)`, found an empty cell", at: scanner.place(of: cell),
        hint: "fill in the class or delete the row")
    }
    if isComplete {
      let shown = names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
      throw DatasetError(
        "the class `\(name)` in column `\(column)` does not occur in the training data",
        at: scanner.place(of: cell),
        hint: (Suggestion.nearest(to: name, among: names).map { "did you mean `\($0)`? " } ?? "")
          + "its classes: \(shown)")
    }
    ids[name] = names.count
    names.append(name)
    return Float(names.count - 1)
  }

  /// Gives the ids in order: of numbers where all names are whole numbers, else of texts.
  mutating func sort(renumbering targets: inout [Float], path: String) throws(DatasetError) {
    if names.count < 2 {
      throw DatasetError(
        "expected at least two classes, found only `\(names.joined())`", at: .file(path),
        hint: "check `target`")
    }
    let numbers = names.compactMap { Int($0) }
    let areNumbers = numbers.count == names.count
    let order = names.indices.sorted {
      areNumbers && numbers[$0] != numbers[$1]
        ? numbers[$0] < numbers[$1]
        : names[$0].utf8.lexicographicallyPrecedes(names[$1].utf8)
    }
    var newID = [Float](repeating: 0, count: names.count)
    for (id, old) in order.enumerated() { newID[old] = Float(id) }
    for index in targets.indices { targets[index] = newID[Int(targets[index])] }
    names = order.map { names[$0] }
  }
}
