/// Reads CSV files of numeric features with a class or a number as target.
struct CSVReader {
  /// What to read: the target column, the task, the columns to leave out.
  let columns: TableColumns

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: the file, plain or gzip data.
  ///   - train: the training table, whose columns and classes this file must have; nil for the
  ///     training table itself.
  /// - Returns: the rows.
  /// - Throws: ``DatasetError`` for whatever is wrong with the file, with line and column.
  func read(
    path: String, like train: (columnNames: [String], classNames: [String]?)? = nil
  ) throws(DatasetError) -> CSVTable {
    var scanner = CSVScanner(path: path, bytes: try ByteStream(path: path).readAll())
    var cells: [CSVCell] = []
    guard try scanner.next(into: &cells) else {
      throw DatasetError("expected a header with column names, found nothing", at: .file(path))
    }
    let header = CSVHeader(scanner: scanner, cells: cells)
    try header.checkNames()
    let layout = try header.layout(columns, featureNames: train?.columnNames)
    var classes = ClassNames(known: train?.classNames)
    var table = CSVTable(columnNames: layout.featureNames)
    while try scanner.next(into: &cells) {
      try header.checkCount(of: cells, scanner)
      let start = table.features.count
      table.features.append(contentsOf: repeatElement(0, count: layout.featureNames.count))
      for (column, slot) in layout.features {
        table.features[start + slot] = try number(cells[column], scanner, header.names[column])
      }
      table.rowCount += 1
      guard let name = columns.target, let index = layout.target else { continue }
      switch columns.task {
      case .regression: table.targets.append(try number(cells[index], scanner, name))
      case .classification: table.targets.append(try classes.id(of: cells[index], scanner, name))
      }
    }
    if table.rowCount == 0 {
      throw DatasetError("expected rows after the header, found none", at: .file(path))
    }
    if columns.target != nil, columns.task == .classification {
      if train == nil { try classes.sort(renumbering: &table.targets, path: path) }
      table.classNames = classes.names
    }
    return table
  }

  private func number(
    _ cell: CSVCell, _ scanner: CSVScanner, _ column: String
  ) throws(DatasetError) -> Float {
    if let number = DecimalNumber.parse(scanner.bytes, cell.bytes) {
      let value = Float(number)
      if value.isFinite { return value }
      throw DatasetError(
        "the number `\(scanner.text(of: cell))` in column `\(column)` is beyond the range of float32",
        at: scanner.place(of: cell))
    }
    let isTarget = column == columns.target
    if cell.bytes.isEmpty {
      throw DatasetError(
        "expected a number in column `\(column)`, found an empty cell", at: scanner.place(of: cell),
        hint: isTarget
          ? "fill in the value or delete the row"
          : "fill in the value, delete the row, or add `\(column)` to `ignore`")
    }
    throw DatasetError(
      "expected a number in column `\(column)`, found `\(scanner.text(of: cell))`",
      at: scanner.place(of: cell),
      hint: isTarget
        ? "texts as targets need `task: classification`"
        : "correct the cell, or add `\(column)` to `ignore` where the column holds texts")
  }
}
