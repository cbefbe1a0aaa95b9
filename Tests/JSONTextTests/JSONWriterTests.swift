import JSONText
import Testing

@Suite("JSON writer")
struct JSONWriterTests {
  static let value: JSONValue = [
    "step": 500, "loss": 0.25, "name": "a \"b\"\n", "best": .null, "done": true,
    "shape": [3, 4], "files": [["name": "x"], ["name": "y"]], "empty": [:], "none": [],
  ]

  @Test("the compact layout is one line without spaces, members in order")
  func compact() {
    #expect(
      Self.value.text() == #"""
        {"step":500,"loss":0.25,"name":"a \"b\"\n","best":null,"done":true,"shape":[3,4],"files":[{"name":"x"},{"name":"y"}],"empty":{},"none":[]}
        """#)
  }

  @Test("the indented layout has one member a line and plain lists on one")
  func indented() {
    #expect(
      Self.value.text(.indented) == #"""
        {
          "step": 500,
          "loss": 0.25,
          "name": "a \"b\"\n",
          "best": null,
          "done": true,
          "shape": [3, 4],
          "files": [
            {
              "name": "x"
            },
            {
              "name": "y"
            }
          ],
          "empty": {},
          "none": []
        }
        """#)
  }

  @Test("what is written is read back equal", arguments: [JSONLayout.compact, .indented])
  func roundTrip(layout: JSONLayout) throws {
    #expect(try JSONValue.parse(Self.value.text(layout)) == Self.value)
  }

  @Test("every double comes back with the same bits")
  func doubles() throws {
    var generator = SystemRandomNumberGenerator()
    let special: [Double] = [
      0, -0.0, 1, 0.1, .pi, 1e16, 1e15, 1e21, 1e22, .leastNonzeroMagnitude, .leastNormalMagnitude,
      .greatestFiniteMagnitude, -1.5e-10,
    ]
    let random = (0..<2000).map { _ in Double(bitPattern: generator.next()) }.filter(\.isFinite)
    for double in special + random {
      let text = JSONValue.number(double).text()
      let parsed = try JSONValue.parse(text)
      guard case .number(let back) = parsed else {
        Issue.record("\(text) was read as \(parsed)")
        continue
      }
      #expect(back.bitPattern == double.bitPattern, "\(text)")
    }
  }

  @Test("numbers that JSON cannot write become texts that are understood as numbers")
  func notFinite() throws {
    #expect(JSONValue.number(.nan).text() == "\"NaN\"")
    for double in [Double.infinity, -.infinity] {
      #expect(try JSONValue.parse(JSONValue.number(double).text()).number == double)
    }
    #expect(try JSONValue.parse("\"NaN\"").number?.isNaN == true)
    #expect(JSONValue.string("nan").number == nil)
  }

  @Test("control characters are escaped, other text is written as it is")
  func control() throws {
    let text = String(String.UnicodeScalarView((0..<0x80).compactMap { Unicode.Scalar($0) })) + "é😀"
    let written = JSONValue.string(text).text()
    #expect(written.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
    #expect(written.hasSuffix("é😀\""))
    #expect(try JSONValue.parse(written).string == text)
  }

  @Test("unsigned numbers keep all 64 bits", arguments: [0, 7, UInt64(Int64.max), 1 << 63, .max])
  func unsigned(value: UInt64) throws {
    #expect(try JSONValue.parse(JSONValue(unsigned: value).text()).unsigned == value)
  }
}

@Suite("JSON objects")
struct JSONObjectTests {
  @Test("members are changed in place, added at the end and removed")
  func members() {
    var object = JSONObject([("a", 1), ("b", 2), ("c", 3)])
    object["b"] = "two"
    object["d"] = 4
    object["a"] = nil
    object["z"] = nil
    #expect(object == JSONObject([("b", "two"), ("c", 3), ("d", 4)]))
  }

  @Test("a missing or mistyped member is named")
  func required() throws {
    let object = JSONObject([("a", 1), ("b", "x"), ("c", 1.0)])
    #expect(try object.integer("a") == 1)
    #expect(try object.number("a") == 1)
    #expect(try object.string("b") == "x")
    #expect(throws: JSONError("`d` is missing")) { try object.integer("d") }
    #expect(throws: JSONError("`b` is a text, expected an integer")) { try object.integer("b") }
    #expect(throws: JSONError("`c` is a number, expected an integer")) { try object.integer("c") }
    #expect(throws: JSONError("`a` is an integer, expected a list")) { try object.array("a") }
  }
}
