import RunRecords
import Testing

@Suite("Numbers as text")
struct NumberTextTests {
  @Test(
    "counts have a unit and few digits",
    arguments: [
      (0, "0"), (7, "7"), (6.25, "6.3"), (312.4, "312"), (999.4, "999"), (999.6, "1.0k"),
      (1900, "1.9k"), (45_200, "45.2k"), (999_940, "999.9k"), (999_960, "1.0M"),
      (1_300_000, "1.3M"),
      (2e9, "2.0G"), (5e12, "5.0T"), (7e15, "7000.0T"), (-1900, "-1.9k"),
    ])
  func counts(value: Double, text: String) {
    #expect(NumberText.count(value) == text)
  }

  @Test(
    "bytes have binary units",
    arguments: [
      (0, "0 B"), (312, "312 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (45 << 20, "45.0 MiB"),
      (3 << 30, "3.0 GiB"),
    ])
  func bytes(value: Int, text: String) {
    #expect(NumberText.bytes(value) == text)
  }

  @Test(
    "metrics have about four significant digits",
    arguments: [
      (0, "0.000"), (0.4123, "0.412"), (0.85349, "0.853"), (1, "1.000"), (9.9996, "10.00"),
      (12.345678, "12.35"), (123.456, "123.5"), (1234.56, "1235"), (99_999.4, "99999"),
      (99_999.6, "1.00e+05"), (0.0005, "0.001"), (0.000412, "4.12e-04"), (9.999e-5, "1.00e-04"),
      (-0.25, "-0.250"), (-1e-7, "-1.00e-07"), (1e300, "1.00e+300"),
      (.leastNonzeroMagnitude, "4.94e-324"),
      (.nan, "nan"), (.infinity, "inf"), (-.infinity, "-inf"),
    ])
  func metrics(value: Double, text: String) {
    #expect(NumberText.metric(value) == text)
  }

  @Test(
    "scores have a fourth decimal where it tells runs apart",
    arguments: [
      (0.96712, "0.9671"), (-0.5, "-0.5000"), (0.00051, "0.0005"), (0.0004, "4.00e-04"),
      (0, "0.000"), (0.99996, "1.000"), (2.34567, "2.346"), (.nan, "nan"), (.infinity, "inf"),
    ])
  func scores(value: Double, text: String) {
    #expect(NumberText.score(value) == text)
  }

  @Test(
    "short numbers have four significant digits and no zeros behind them",
    arguments: [
      (0, "0"), (0.25, "0.25"), (64, "64"), (100, "100"), (1200, "1200"), (123_456.7, "123457"),
      (1e6, "1.00e+06"), (0.0031415926, "0.003142"), (0.001, "0.001"), (1e-4, "0.0001"),
      (0.9999999, "1"), (1.5e-5, "1.50e-05"), (-12.5, "-12.5"), (.nan, "nan"), (.infinity, "inf"),
    ])
  func shortNumbers(value: Double, text: String) {
    #expect(NumberText.short(value) == text)
  }

  @Test(
    "durations show what matters at their length",
    arguments: [
      (0, "00:00"), (41.4, "00:41"), (59.6, "01:00"), (3599, "59:59"), (3723, "1:02:03"),
      (86_399, "23:59:59"), (183_845, "2d 03:04:05"), (-3, "00:00"), (.infinity, "--:--"),
    ])
  func durations(seconds: Double, text: String) {
    #expect(NumberText.duration(seconds: seconds) == text)
  }

  @Test(
    "short spans have about two digits",
    arguments: [
      (0, "0.00 ms"), (0.00004, "0.04 ms"), (0.000094, "0.09 ms"), (0.000096, "0.1 ms"),
      (0.0031, "3.1 ms"), (0.00994, "9.9 ms"), (0.00996, "10 ms"), (0.1204, "120 ms"),
      (0.9994, "999 ms"), (0.9996, "1.0 s"), (2.46, "2.5 s"), (250, "250.0 s"),
    ])
  func spans(seconds: Double, text: String) {
    #expect(NumberText.span(seconds: seconds) == text)
  }

  @Test(
    "shares are percentages",
    arguments: [
      (0, "0.00 %"), (0.00004, "less than 0.01 %"), (0.0004, "0.04 %"), (0.013, "1.3 %"),
      (0.0994, "9.9 %"), (0.0996, "10 %"), (0.67, "67 %"), (1, "100 %"),
    ])
  func percentages(share: Double, text: String) {
    #expect(NumberText.percent(share) == text)
  }

  @Test("fixed decimals are rounded, and nothing is minus zero")
  func fixed() {
    #expect(NumberText.fixed(3.14159, decimals: 2) == "3.14")
    #expect(NumberText.fixed(2.05, decimals: 0) == "2")
    #expect(NumberText.fixed(-0.001, decimals: 2) == "0.00")
    #expect(NumberText.fixed(-1.07, decimals: 1) == "-1.1")
  }
}

@Suite("Moments on the calendar")
struct WallTimeTests {
  @Test("a moment is shown in UTC to the second and as a name that sorts")
  func texts() {
    let time = WallTime(seconds: 1_700_000_000.75)
    #expect(time.iso8601 == "2023-11-14T22:13:20Z")
    #expect(time.stamp(isLocal: false) == "20231114-221320")
    #expect(time.stamp().utf8.count == 15)
    #expect(WallTime(seconds: 951_782_400).iso8601 == "2000-02-29T00:00:00Z")
  }
}
