import JSONText
import Testing

@Suite("JSON reader")
struct JSONParserTests {
  @Test("every kind of value is read, with white space anywhere")
  func kinds() throws {
    let value = try JSONValue.parse(
      " { \"a\" : [ 1 , -2.5 , true , false , null ] ,\n\t\"b\":{\"c\":\"x\"},\r\"d\":[],\"e\":{} } "
    )
    let expected: JSONValue = [
      "a": [1, -2.5, true, false, .null], "b": ["c": "x"], "d": [], "e": [:],
    ]
    #expect(value == expected)
    #expect(value.object?.members.map(\.key) == ["a", "b", "d", "e"])
  }

  @Test(
    "numbers keep their kind and their bits",
    arguments: [
      ("0", .integer(0)), ("-0", .number(-0.0)), ("9223372036854775807", .integer(.max)),
      ("-9223372036854775808", .integer(.min)), ("1.0", .number(1)), ("1e3", .number(1000)),
      ("0.1", .number(0.1)), ("5e-324", .number(.leastNonzeroMagnitude)),
      ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)), ("1E+2", .number(100)),
    ] as [(String, JSONValue)])
  func numbers(text: String, value: JSONValue) throws {
    let parsed = try JSONValue.parse(text)
    #expect(parsed == value)
    #expect(parsed.number?.sign == value.number?.sign)
  }

  @Test(
    "escapes become their characters",
    arguments: [
      (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e9""#, "é"),
      (#""\ud83d\ude00""#, "😀"), (#""\uD83D\uDE00""#, "😀"), ("\"é😀\"", "é😀"), (#""\u0000""#, "\0"),
    ])
  func escapes(text: String, expected: String) throws {
    #expect(try JSONValue.parse(text) == .string(expected))
  }

  @Test(
    "a wrong text is refused with the byte where it is wrong",
    arguments: [
      ("", 0, "ends"), ("  ", 2, "ends"), ("[1,", 3, "ends"), ("[1,]", 3, "expected a value"),
      ("[1 2]", 3, "`,` or `]`"), ("{\"a\"}", 4, "`:`"), ("{\"a\":1,}", 7, "key in quotes"),
      ("{a:1}", 1, "key in quotes"), ("{\"a\":1 \"b\":2}", 7, "`,` or `}`"),
      ("1 1", 2, "after the end"),
      ("01", 1, "begin with 0"), ("-", 1, "digit"), ("1.", 2, "digit"), ("1e", 2, "digit"),
      (".5", 0, "expected a value"), ("+1", 0, "expected a value"), ("NaN", 0, "expected a value"),
      ("tru", 0, "expected a value"), ("'a'", 0, "expected a value"),
      ("\"a", 0, "never ends"), ("\"a\nb\"", 2, "control character"), (#""\x""#, 2, "escape"),
      (#""\u12""#, 3, "hexadecimal"), (#""\u+123""#, 3, "hexadecimal"),
      (#""\ud83d""#, 1, "surrogate"), (#""\ude00""#, 1, "surrogate"),
      (#""\ud83d\u0041""#, 1, "surrogate"),
      ("9223372036854775808", 0, "64 bits"), ("[1e999]", 1, "out of range"),
      ("{\"a\":1,\"b\":2,\"a\":3}", 13, "twice"), ("// no\n1", 0, "expected a value"),
    ])
  func wrong(text: String, offset: Int, message: String) {
    let error = #expect(throws: JSONError.self) { try JSONValue.parse(text) }
    #expect(error?.offset == offset)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test(
    "bytes that are not UTF-8 are refused",
    arguments: [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80]])
  func notUTF8(bytes: [UInt8]) {
    let quote = UInt8(ascii: "\"")
    #expect(throws: JSONError("the text is not UTF-8", at: 0)) {
      try JSONValue.parse([quote] + bytes + [quote])
    }
  }

  @Test("nesting is accepted up to the limit and refused beyond, however deep")
  func depth() throws {
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
    }
    _ = try JSONValue.parse(nested(64))
    #expect(throws: JSONError("nested deeper than 64 levels", at: 64)) {
      try JSONValue.parse(nested(65))
    }
    #expect(throws: JSONError.self) { try JSONValue.parse(nested(1_000_000)) }
    #expect(throws: JSONError("nested deeper than 2 levels", at: 2)) {
      try JSONValue.parse(nested(3), depthLimit: 2)
    }
  }
}
