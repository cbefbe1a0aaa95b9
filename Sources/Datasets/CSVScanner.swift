/// One cell of a CSV record: where its text lies in the file.
struct CSVCell {
  /// The bytes of the text, without surrounding blanks and quotes.
  var bytes: Range<Int>
  /// Whether the text holds doubled quotes that stand for one.
  var hasDoubledQuotes: Bool
  /// The line that the cell begins in, from 1.
  var line: Int
  /// The first byte of that line.
  var lineStart: Int
  /// The first byte of the cell, quote included.
  var start: Int
}

/// Cuts CSV text into records and cells (RFC 4180): commas, quotes with embedded commas, quotes and
/// newlines, LF or CRLF, a byte order mark, empty lines at the end.
///
/// Blanks around a cell do not count, so that hand-written files may align their columns.
struct CSVScanner {
  /// The path, as messages show it.
  let path: String
  /// The whole file.
  let bytes: [UInt8]

  private var position: Int
  private var line = 1
  private var lineStart: Int

  private static let comma = UInt8(ascii: ",")
  private static let quote = UInt8(ascii: "\"")
  private static let newline = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  /// Starts at the front of a file's content.
  init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    position = bytes.starts(with: mark) ? mark.count : 0
    lineStart = position
  }

  /// Reads the next record.
  ///
  /// - Parameter cells: replaced by the record's cells.
  /// - Returns: false at the end of the file.
  /// - Throws: ``DatasetError`` for a quote that is never closed, text after a closing quote, or an
  ///   empty line before the end.
  mutating func next(into cells: inout [CSVCell]) throws(DatasetError) -> Bool {
    cells.removeAll(keepingCapacity: true)
    if position == bytes.count { return false }
    if isAtLineEnd {
      let empty = place(line: line, lineStart: lineStart, byte: position)
      while isAtLineEnd, position < bytes.count { skipLineEnd() }
      if position == bytes.count { return false }
      throw DatasetError(
        "expected a row, found an empty line", at: empty, hint: "delete the line")
    }
    while true {
      cells.append(try scanCell())
      if position < bytes.count, bytes[position] == Self.comma {
        position += 1
      } else {
        skipLineEnd()
        return true
      }
    }
  }

  /// The text of a cell.
  func text(of cell: CSVCell) -> String {
    let text = String(decoding: bytes[cell.bytes], as: UTF8.self)
    return cell.hasDoubledQuotes ? text.replacing("\"\"", with: "\"") : text
  }

  /// Where a cell begins.
  func place(of cell: CSVCell) -> DatasetError.Place {
    place(line: cell.line, lineStart: cell.lineStart, byte: cell.start)
  }

  /// The place of a byte, given the line that it is in.
  private func place(line: Int, lineStart: Int, byte: Int) -> DatasetError.Place {
    // Bytes of the form 10xxxxxx continue a character of UTF-8.
    let characters = bytes[lineStart..<byte].count { $0 & 0xC0 != 0x80 }
    return .text(file: path, line: line, column: characters + 1)
  }

  private var isAtLineEnd: Bool {
    if position == bytes.count || bytes[position] == Self.newline { return true }
    guard bytes[position] == Self.carriageReturn else { return false }
    return position + 1 == bytes.count || bytes[position + 1] == Self.newline
  }

  private mutating func skipLineEnd() {
    if position < bytes.count, bytes[position] == Self.carriageReturn { position += 1 }
    if position < bytes.count, bytes[position] == Self.newline {
      position += 1
      line += 1
      lineStart = position
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }

  private mutating func scanCell() throws(DatasetError) -> CSVCell {
    while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 }
    if position < bytes.count, bytes[position] == Self.quote { return try scanQuotedCell() }
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == Self.comma || byte == Self.newline { break }
      position += 1
    }
    var end = position
    if end > start, end == bytes.count || bytes[end] == Self.newline,
      bytes[end - 1] == Self.carriageReturn
    {
      end -= 1
      position -= 1
    }
    while end > start, Self.isBlank(bytes[end - 1]) { end -= 1 }
    return CSVCell(
      bytes: start..<end, hasDoubledQuotes: false, line: line, lineStart: lineStart, start: start)
  }

  private mutating func scanQuotedCell() throws(DatasetError) -> CSVCell {
    var cell = CSVCell(
      bytes: position..<position, hasDoubledQuotes: false, line: line, lineStart: lineStart,
      start: position)
    position += 1
    let start = position
    while position < bytes.count {
      if bytes[position] == Self.quote {
        guard position + 1 < bytes.count, bytes[position + 1] == Self.quote else { break }
        cell.hasDoubledQuotes = true
        position += 1
      } else if bytes[position] == Self.newline {
        line += 1
        lineStart = position + 1
      }
      position += 1
    }
    if position == bytes.count {
      throw DatasetError(
        "the quote is never closed", at: place(of: cell),
        hint: "write a quote inside a quoted cell twice: \"\"")
    }
    cell.bytes = start..<position
    position += 1
    while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 }
    if !isAtLineEnd, bytes[position] != Self.comma {
      throw DatasetError(
        "expected a comma or the end of the line after the closing quote, found more text",
        at: place(line: line, lineStart: lineStart, byte: position),
        hint: "write a quote inside a quoted cell twice: \"\"")
    }
    return cell
  }
}
