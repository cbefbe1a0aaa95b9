import HyperparameterSearch
import Options
import Testing

@testable import StudyReports

@Suite("Scales and their ticks")
struct ScaleTests {
  @Test(
    "ticks stand at steps of 1, 2 and 5, or at decades",
    arguments: [
      (Scale(0, 1), 6, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
      (Scale(0, 27), 6, ["0", "5", "10", "15", "20", "25"]),
      (Scale(-3, 3), 4, ["\u{2212}2", "0", "2"]),
      (Scale(0.91, 0.98), 5, ["0.92", "0.94", "0.96", "0.98"]),
      (Scale(0, 3, isWhole: true), 9, ["0", "1", "2", "3"]),
      (Scale(0, 2_000_000), 5, ["0", "5e5", "1e6", "1.5e6", "2e6"]),
      (Scale(1e-4, 1e-1, isLog: true), 5, ["1e-4", "0.001", "0.01", "0.1"]),
      (Scale(16, 512, isLog: true, isWhole: true), 6, ["20", "50", "100", "200", "500"]),
      (Scale(1, 64, isLog: true, isWhole: true), 6, ["1", "2", "5", "10", "20", "50"]),
      (Scale(1, 64, isLog: true, isWhole: true), 5, ["1", "3", "10", "30"]),
      (Scale(1e-12, 1, isLog: true), 5, ["1e-12", "1e-9", "1e-6", "0.001", "1"]),
      (Scale(2, 3, isLog: true), 6, ["2", "2.2", "2.4", "2.6", "2.8", "3"]),
    ])
  func ticks(_ scale: Scale, _ limit: Int, _ labels: [String]) {
    let ticks = scale.ticks(atMost: limit)
    #expect(ticks.map(\.label) == labels)
    #expect(ticks.map(\.place) == ticks.map(\.place).sorted())
  }

  @Test(
    "a place is a share of the way, of ratios on a logarithmic scale, and never beyond the ends")
  func places() {
    #expect(Scale(2, 6).place(of: 3) == 0.25)
    #expect(abs(Scale(1e-4, 1, isLog: true).place(of: 1e-3) - 0.25) < 1e-12)
    #expect(Scale(2, 6).place(of: 60) == 1)
    #expect(Scale(2, 6).place(of: -60) == 0)
  }

  @Test("one value lies in the middle, and numbers of any size have places and few ticks")
  func extremes() {
    #expect(abs(Scale(holding: [0.5]).place(of: 0.5) - 0.5) < 1e-9)
    #expect(Scale(holding: [0, 0, 0]).place(of: 0) == 0.5)
    let (tiny, large) = (Double.leastNonzeroMagnitude, Double.greatestFiniteMagnitude)
    let cases: [[Double]] = [
      [], [0], [-large, large], [large], [tiny, large], [tiny], [1e-300, 2e-300], [-1e-300, 0],
      [1e15, 1e15 + 1], [1e-5, 1e5], [-3, -3.000001],
    ]
    for values in cases {
      let scale = Scale(holding: values)
      for value in values {
        let place = scale.place(of: value)
        #expect(place >= 0 && place <= 1, "\(value) of \(values)")
      }
      let ticks = scale.ticks(atMost: 6)
      #expect(ticks.count <= 6, "\(values)")
      #expect(ticks.allSatisfy { $0.place >= 0 && $0.place <= 1 }, "\(values)")
    }
  }

  @Test("values more than two decades apart have a logarithmic scale, unless some are not above 0")
  func logarithmic() {
    #expect(Scale(holding: [0.01, 2]).isLog)
    #expect(!Scale(holding: [0.01, 0.5]).isLog)
    #expect(!Scale(holding: [-1, 1000]).isLog)
  }

  @Test("multiples of powers of ten are written as people write them")
  func decimals() {
    #expect(Decimal(digits: 0, exponent: 3).text == "0")
    #expect(Decimal(digits: 25, exponent: -1).text == "2.5")
    #expect(Decimal(digits: -5, exponent: -3).text == "\u{2212}0.005")
    #expect(Decimal(digits: 12, exponent: 3).text == "12000")
    #expect(Decimal(digits: 15, exponent: 5).text == "1.5e6")
    #expect(Decimal(digits: 20, exponent: -6).text == "2e-5")
    #expect(Decimal(digits: 3, exponent: -1).value == 0.3)
  }

  @Test("the axis of a parameter goes from its lowest to its highest value, and names each choice")
  func parameterAxes() {
    let rate = ParameterAxis(.float(low: 1e-4, high: 1e-2, step: nil, isLog: true))
    #expect(rate.ticks(atMost: 5).map(\.label) == ["1e-4", "0.001", "0.01"])
    #expect(abs(rate.place(of: .float(1e-3)) - 0.5) < 1e-12)
    let choice = ParameterAxis(.choice(["a", "b"].map { Choice(OptionValue.text($0)) }))
    #expect(
      choice.ticks(atMost: 1) == [Tick(place: 0.25, label: "a"), Tick(place: 0.75, label: "b")])
    let single = ParameterAxis(.integer(low: 4, high: 4, step: 1, isLog: false))
    #expect(single.place(of: .integer(4)) == 0.5)
  }
}
