// A strict reader of RFC 8259: nothing is guessed. Refused beyond what the grammar refuses are
// duplicate keys, integers that do not fit 64 bits, numbers that overflow a double, lone
// surrogates, bytes that are not UTF-8, and nesting that could exhaust the stack.

extension JSONValue {
  /// Nesting that ``parse(_:depthLimit:)`` accepts by default.
  package static let defaultDepthLimit = 64

  /// Reads one JSON value from UTF-8 bytes, with nothing but white space around it.
  ///
  /// - Parameters:
  ///   - bytes: The text.
  ///   - depthLimit: How many lists and objects may lie inside each other.
  /// - Returns: The value, members in the order written.
  /// - Throws: ``JSONError`` with the byte at which the text is wrong.
  package static func parse(
    _ bytes: [UInt8], depthLimit: Int = defaultDepthLimit
  ) throws(JSONError) -> JSONValue {
    var parser = JSONParser(bytes: bytes, depthLimit: depthLimit)
    return try parser.document()
  }

  /// Reads one JSON value from a text, with nothing but white space around it.
  ///
  /// - Throws: ``JSONError`` with the byte at which the text is wrong.
  package static func parse(_ text: String) throws(JSONError) -> JSONValue {
    try parse(Array(text.utf8))
  }
}

/// Reads one text from front to back.
struct JSONParser {
  let bytes: [UInt8]
  let depthLimit: Int
  private var position = 0
  private var depth = 0

  init(bytes: [UInt8], depthLimit: Int) {
    self.bytes = bytes
    self.depthLimit = depthLimit
  }

  mutating func document() throws(JSONError) -> JSONValue {
    skipSpace()
    let value = try self.value()
    skipSpace()
    guard position == bytes.count else { throw error("text after the end of the value") }
    return value
  }

  private func error(_ message: String) -> JSONError { JSONError(message, at: position) }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    position += 1
    return true
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    switch current {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .boolean(true))
    case UInt8(ascii: "f"): return try literal("false", .boolean(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case nil: throw error("the text ends where a value is expected")
    case let byte? where byte == UInt8(ascii: "-") || byte.isDigit: return try number()
    default: throw error("expected a value")
    }
  }

  private mutating func literal(
    _ text: StaticString, _ value: JSONValue
  ) throws(JSONError) -> JSONValue {
    let expected = Array("\(text)".utf8)
    guard bytes[position...].starts(with: expected) else { throw error("expected a value") }
    position += expected.count
    return value
  }

  private mutating func enter() throws(JSONError) {
    depth += 1
    guard depth <= depthLimit else { throw error("nested deeper than \(depthLimit) levels") }
    position += 1
    skipSpace()
  }

  private mutating func array() throws(JSONError) -> JSONValue {
    try enter()
    defer { depth -= 1 }
    var values: [JSONValue] = []
    if take(UInt8(ascii: "]")) { return .array(values) }
    while true {
      values.append(try value())
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(values) }
      guard take(UInt8(ascii: ",")) else { throw error("expected `,` or `]`") }
      skipSpace()
    }
  }

  private mutating func object() throws(JSONError) -> JSONValue {
    try enter()
    defer { depth -= 1 }
    var members: [JSONObject.Member] = []
    var keys: Set<String> = []
    if take(UInt8(ascii: "}")) { return .object(JSONObject()) }
    while true {
      let start = position
      guard current == UInt8(ascii: "\"") else { throw error("expected a key in quotes") }
      let key = try string()
      guard keys.insert(key).inserted else {
        throw JSONError("the key `\(key)` is there twice", at: start)
      }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw error("expected `:`") }
      skipSpace()
      members.append(JSONObject.Member(key: key, value: try value()))
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(JSONObject(distinct: members)) }
      guard take(UInt8(ascii: ",")) else { throw error("expected `,` or `}`") }
      skipSpace()
    }
  }
}

// MARK: - Numbers and texts

extension JSONParser {
  private mutating func digits() throws(JSONError) {
    guard let first = current, first.isDigit else { throw error("expected a digit") }
    while let byte = current, byte.isDigit { position += 1 }
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    var isInteger = true
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) {
      try digits()
    } else if let byte = current, byte.isDigit {
      throw error("a number does not begin with 0")
    }
    if take(UInt8(ascii: ".")) {
      isInteger = false
      try digits()
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      isInteger = false
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    // `-0` is the one integer that an Int64 would not give back.
    if isInteger && text != "-0" {
      guard let integer = Int64(text) else {
        throw JSONError("the integer \(text) does not fit 64 bits", at: start)
      }
      return .integer(integer)
    }
    guard let number = Double(text), number.isFinite else {
      throw JSONError("the number \(text) is out of range", at: start)
    }
    return .number(number)
  }

  private mutating func string() throws(JSONError) -> String {
    let start = position
    position += 1
    var content: [UInt8] = []
    while true {
      guard let byte = current else { throw JSONError("the text never ends", at: start) }
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else {
          throw JSONError("the text is not UTF-8", at: start)
        }
        return text
      case UInt8(ascii: "\\"): content.append(contentsOf: try escape().utf8)
      case 0..<0x20:
        position -= 1
        throw error("a control character in a text")
      default: content.append(byte)
      }
    }
  }

  private mutating func escape() throws(JSONError) -> String {
    guard let byte = current else { throw error("the text ends inside an escape") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default:
      position -= 1
      throw error("an unknown escape")
    }
  }

  private mutating func unicodeEscape() throws(JSONError) -> String {
    let start = position - 2
    var units = [try hexadecimal()]
    if UTF16.isLeadSurrogate(units[0]), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
      units.append(try hexadecimal())
    }
    guard let text = String(validating: units, as: UTF16.self) else {
      throw JSONError("half of a surrogate pair", at: start)
    }
    return text
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt16 {
    let end = position + 4
    guard end <= bytes.count, bytes[position..<end].allSatisfy(\.isHexadecimalDigit),
      let unit = UInt16(String(decoding: bytes[position..<end], as: UTF8.self), radix: 16)
    else { throw error("expected four hexadecimal digits") }
    position = end
    return unit
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  fileprivate var isHexadecimalDigit: Bool {
    isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20)
  }
}
