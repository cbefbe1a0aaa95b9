import RunRecords
import Testing

@Suite("Moments in local time")
struct LocalTimeTests {
  @Test(
    "a moment in local time comes back to the microsecond, in winter and in summer",
    arguments: [0, 0.25, 1_700_000_000.000001, 1_720_000_000.999999, 1_735_689_599.5])
  func localText(seconds: Double) throws {
    let text = WallTime(seconds: seconds).localText
    #expect(text.count == 26)
    let again = try #require(WallTime(localText: text))
    #expect(abs(again.seconds - seconds) < 2e-6)
  }

  @Test("a fraction may be left out, and another text is no moment")
  func otherTexts() {
    let text = WallTime(seconds: 1_700_000_000).localText
    #expect(WallTime(localText: String(text.dropLast(7))) == WallTime(seconds: 1_700_000_000))
    for text in ["", "now", "2026-11-21", "2026-11-21 01:45:00.x"] {
      #expect(WallTime(localText: text) == nil, "\(text)")
    }
  }
}
