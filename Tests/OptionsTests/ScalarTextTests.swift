import Options
import Testing

@Suite("Scalars by type")
struct ScalarTextTests {
  private func plain(_ text: String) -> OptionValue {
    OptionValue(.scalar(text, isQuoted: false))
  }

  @Test(
    "Whole numbers are read in every spelling",
    arguments: [
      ("0", 0), ("12", 12), ("-3", -3), ("+4", 4), ("1_000", 1_000), ("0x1F", 31), ("0o17", 15),
      ("1e3", 1_000), ("2E2", 200), ("1.5e1", 15), ("9223372036854775807", Int.max),
    ])
  func integers(text: String, value: Int) {
    #expect(ScalarText.integer(plain(text)) == value)
  }

  @Test(
    "What is no whole number is refused",
    arguments: [
      "", "1.5", "1e-3", "abc", "1_", "_1", "1__0", "0x", "0x-1", "1e30", "9223372036854775808",
      "true", "null", "0b11", "٣", "1 000", ".inf",
    ])
  func notIntegers(text: String) {
    #expect(ScalarText.integer(plain(text)) == nil)
  }

  @Test(
    "Numbers are read in every spelling of YAML 1.2",
    arguments: [
      ("1", 1.0), ("0.1", 0.1), (".5", 0.5), ("5.", 5), ("1e-3", 1e-3), ("1E-3", 1e-3),
      ("2e5", 2e5),
      ("+1.5e+2", 150), ("-0.0", -0.0), ("1_000.5", 1_000.5), (".inf", .infinity),
      ("-.Inf", -.infinity), ("0x10", 16),
    ])
  func numbers(text: String, value: Double) {
    #expect(ScalarText.number(plain(text)) == value)
    #expect(ScalarText.number(plain(".nan"))?.isNaN == true)
  }

  @Test(
    "What is no number is refused",
    arguments: [
      "", ".", "-", "e5", "1e", "inf", "nan", "infinity", "0x1p3", "1,5", "1 5", "²", "1.2.3",
      "--1",
      "1e5x", "_.5",
    ])
  func notNumbers(text: String) {
    #expect(ScalarText.number(plain(text)) == nil)
  }

  @Test("Booleans are true and false and nothing else")
  func booleans() {
    for text in ["true", "True", "TRUE"] { #expect(ScalarText.boolean(plain(text)) == true) }
    for text in ["false", "False", "FALSE"] { #expect(ScalarText.boolean(plain(text)) == false) }
    for text in ["yes", "no", "on", "off", "tRue", "1", ""] {
      #expect(ScalarText.boolean(plain(text)) == nil)
    }
  }

  @Test("Quoted scalars are texts only")
  func quoted() {
    #expect(ScalarText.integer("5") == nil)
    #expect(ScalarText.number("0.5") == nil)
    #expect(ScalarText.boolean("true") == nil)
  }

  @Test("Numbers written in code read back as the same bits")
  func roundTrip() {
    for number in [
      0.1, 1e-3, 1e22, Double.leastNonzeroMagnitude, -0.0, 123_456_789.123,
      Double.greatestFiniteMagnitude,
    ] {
      #expect(ScalarText.number(.number(number))?.bitPattern == number.bitPattern)
    }
    #expect(ScalarText.number(.number(-.infinity)) == -.infinity)
    #expect(ScalarText.number(.number(.nan))?.isNaN == true)
  }

  @Test("Values are equal when they read the same")
  func equality() {
    #expect(plain("abc") == "abc")
    #expect(plain("5") != "5")
    #expect(plain("true") != "true")
    #expect(OptionValue(.null) != plain("null"))
    #expect((["a": 1, "b": [2, 3]] as OptionValue) == ["b": [2, 3], "a": 1])
    #expect((["a": 1] as OptionValue) != ["a": 2])
    #expect((["a": 1] as OptionValue) != ["a": 1, "b": 1])
    #expect(([1, 2] as OptionValue) != [2, 1])
    #expect(([] as OptionValue) != [:])
  }
}
