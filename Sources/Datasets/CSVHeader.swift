internal import Options

/// Which cell of a row goes where.
struct CSVLayout {
  /// For each cell that holds a feature: its index in the row, and its index among the features.
  var features: [(column: Int, slot: Int)]
  /// The index of the target's cell; nil where there is none.
  var target: Int?
  /// The names of the features by slot.
  var featureNames: [String]
}

/// The first record of a CSV file: the columns' names and places.
struct CSVHeader {
  /// The names, in file order.
  let names: [String]
  private let columnIndices: [String: Int]
  private let cells: [CSVCell]
  private let scanner: CSVScanner

  /// Takes a record as the header.
  init(scanner: CSVScanner, cells: [CSVCell]) {
    self.scanner = scanner
    self.cells = cells
    names = cells.map { scanner.text(of: $0) }
    columnIndices = Self.indices(of: names)
  }

  private static func indices(of names: [String]) -> [String: Int] {
    Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
  }

  /// Refuses columns without a name and names that occur twice.
  func checkNames() throws(DatasetError) {
    var seen: Set<String> = []
    for (name, cell) in zip(names, cells) {
      if name.isEmpty {
        throw DatasetError(
          "expected a column name, found an empty cell", at: scanner.place(of: cell))
      }
      if !seen.insert(name).inserted {
        throw DatasetError(
          "the column name `\(name)` occurs twice", at: scanner.place(of: cell),
          hint: "rename one of them")
      }
    }
  }

  /// Refuses a row that has not one cell a column.
  func checkCount(of row: [CSVCell], _ scanner: CSVScanner) throws(DatasetError) {
    if row.count == names.count { return }
    let culprit = row[min(names.count, row.count - 1)]
    throw DatasetError(
      "expected \(names.count) cells as in the header, found \(row.count)",
      at: scanner.place(of: culprit),
      hint: row.count > names.count
        ? "put quotes around a cell that holds a comma" : "write a comma for each empty cell")
  }

  /// Decides which columns are features.
  ///
  /// - Parameters:
  ///   - columns: the target and the columns to leave out.
  ///   - featureNames: the training table's features, which must all be there; nil for that table.
  /// - Returns: where each cell goes.
  /// - Throws: ``DatasetError`` for columns that are missing or not expected.
  func layout(
    _ columns: TableColumns, featureNames: [String]?
  ) throws(DatasetError) -> CSVLayout {
    var target: Int?
    if let name = columns.target { target = try index(of: name, role: "the target column") }
    if featureNames == nil {
      for name in columns.ignore { _ = try index(of: name, role: "the ignored column") }
    }
    var layout = CSVLayout(features: [], target: target, featureNames: featureNames ?? [])
    let ignored = Set(columns.ignore)
    let slots = Self.indices(of: featureNames ?? [])
    for (column, name) in names.enumerated() where column != target {
      if ignored.contains(name) { continue }
      if let featureNames {
        guard let slot = slots[name] else {
          throw DatasetError(
            "the column `\(name)` does not occur in the training data",
            at: scanner.place(of: cells[column]),
            hint: suggestion(for: name, among: featureNames)
              + "columns that are no features go under `ignore`")
        }
        layout.features.append((column, slot))
      } else {
        layout.features.append((column, layout.featureNames.count))
        layout.featureNames.append(name)
      }
    }
    for name in featureNames ?? [] { _ = try index(of: name, role: "the training data's column") }
    if layout.features.isEmpty {
      throw DatasetError(
        "expected feature columns"
          + (columns.target.map { " beside the target `\($0)`" } ?? "") + ", found none",
        at: .text(file: scanner.path, line: 1, column: 1))
    }
    return layout
  }

  private func index(of name: String, role: String) throws(DatasetError) -> Int {
    if let index = columnIndices[name] { return index }
    let shown = names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
    var hint = suggestion(for: name, among: names) + "columns of the file: \(shown)"
    if names.count == 1, shown.contains(where: { $0 == ";" || $0 == "\t" }) {
      hint = "cells must be separated by commas"
    }
    throw DatasetError(
      "\(role) `\(name)` is not in the header",
      at: .text(file: scanner.path, line: 1, column: 1), hint: hint)
  }

  private func suggestion(for name: String, among names: [String]) -> String {
    Suggestion.nearest(to: name, among: names).map { "did you mean `\($0)`? " } ?? ""
  }
}
