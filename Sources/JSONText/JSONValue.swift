/// A JSON value that keeps the order of object members and tells integers from other numbers.
///
/// `JSONText` exists beside Foundation's coders because a rank that reads one small file should not
/// load a library for it, and because a run's records must come back bit for bit: an integer is an
/// `Int64`, any other number a `Double` that is written in its shortest exact form.
package enum JSONValue: Sendable, Equatable {
  /// The literal `null`.
  case null
  /// `true` or `false`.
  case boolean(Bool)
  /// A number written without fraction and exponent.
  case integer(Int64)
  /// Any other number; written as the text `"NaN"`, `"Infinity"` or `"-Infinity"` where it is none.
  case number(Double)
  /// A text.
  case string(String)
  /// A list of values.
  case array([JSONValue])
  /// Named values in the order written.
  case object(JSONObject)

  /// Makes a number that keeps all 64 bits: an integer, or its decimal text above `Int64.max`.
  package init(unsigned value: UInt64) {
    self = Int64(exactly: value).map(JSONValue.integer) ?? .string(String(value))
  }

  /// The boolean; nil for anything else.
  package var boolean: Bool? {
    if case .boolean(let value) = self { return value }
    return nil
  }

  /// The integer; nil for anything else, also for `1.0`.
  package var integer: Int? {
    if case .integer(let value) = self { return Int(exactly: value) }
    return nil
  }

  /// The unsigned integer that ``init(unsigned:)`` wrote; nil for anything else.
  package var unsigned: UInt64? {
    switch self {
    case .integer(let value): UInt64(exactly: value)
    case .string(let text): UInt64(text)
    default: nil
    }
  }

  /// The number, from an integer too and from the three texts of numbers that JSON cannot write;
  /// nil for anything else.
  package var number: Double? {
    switch self {
    case .number(let value): value
    case .integer(let value): Double(value)
    case .string("NaN"): .nan
    case .string("Infinity"): .infinity
    case .string("-Infinity"): -.infinity
    default: nil
    }
  }

  /// The text; nil for anything else.
  package var string: String? {
    if case .string(let value) = self { return value }
    return nil
  }

  /// The list; nil for anything else.
  package var array: [JSONValue]? {
    if case .array(let values) = self { return values }
    return nil
  }

  /// The object; nil for anything else.
  package var object: JSONObject? {
    if case .object(let object) = self { return object }
    return nil
  }

  /// The value of a member; nil where it is absent or this is no object.
  package subscript(key: String) -> JSONValue? { object?[key] }

  /// What the value is, for messages: `a text`, `an object`.
  package var kindDescription: String {
    switch self {
    case .null: "null"
    case .boolean: "a boolean"
    case .integer: "an integer"
    case .number: "a number"
    case .string: "a text"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// Makes a boolean.
  package init(booleanLiteral value: Bool) { self = .boolean(value) }

  /// Makes an integer.
  package init(integerLiteral value: Int64) { self = .integer(value) }

  /// Makes a number.
  package init(floatLiteral value: Double) { self = .number(value) }

  /// Makes a text.
  package init(stringLiteral value: String) { self = .string(value) }

  /// Makes a list.
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

  /// Makes an object with members in the order given.
  ///
  /// - Precondition: no key is given twice.
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements))
  }
}
