import Options
import Testing

@testable import HyperparameterSearch

@Suite("The search space")
struct SearchSpaceTests {
  private static let activations = ParameterDomain.choice(
    ["relu", "tanh", "gelu"].map { Choice(OptionValue.text($0)) })

  @Test("a domain's values lie evenly over the unit interval, and the way back leads to them")
  func units() {
    let domains: [ParameterDomain] = [
      .float(low: 0, high: 1, step: 0.25, isLog: false),
      .integer(low: 3, high: 9, step: 2, isLog: false),
      .integer(low: 1, high: 64, step: 1, isLog: true), Self.activations,
    ]
    for domain in domains {
      var seen: Set<ParameterValue> = []
      for place in 0..<4096 {
        let value = domain.value(at: Double(place) / 4096)
        #expect(domain.contains(value))
        seen.insert(value)
      }
      #expect(seen.count == domain.count, "\(domain)")
      for value in seen { #expect(domain.value(at: domain.unit(of: value)) == value, "\(domain)") }
    }
  }

  @Test(
    "the borders of a domain are its first and last values, also where a step rounds beyond the bound"
  )
  func borders() {
    let tenths = ParameterDomain.float(low: 0, high: 0.3, step: 0.1, isLog: false)
    #expect(tenths.borders == [.float(0), .float(0.3)])
    #expect(tenths.count == 4)
    let wide = ParameterDomain.float(low: 1, high: 4.5, step: 2, isLog: false)
    #expect(wide.borders == [.float(1), .float(3)])
    let range = ParameterDomain.float(low: -1, high: 1, step: nil, isLog: false)
    #expect(range.borders == [.float(-1), .float(1)])
    let one = ParameterDomain.float(low: 1, high: 2, step: 5, isLog: false)
    #expect(one.borders == [.float(1)])
    #expect(ParameterDomain.integer(low: 2, high: 8, step: 3, isLog: false).borders.count == 2)
    #expect(Self.activations.borders == [.choice(0), .choice(1), .choice(2)])
  }

  @Test("a logarithmic range gives each decade the same room, within its bounds")
  func logarithms() {
    let domain = ParameterDomain.float(low: 1e-4, high: 1e-1, step: nil, isLog: true)
    guard case .float(let third) = domain.value(at: 1.0 / 3),
      case .float(let low) = domain.value(at: 0)
    else {
      Issue.record("no floats")
      return
    }
    #expect(abs(third - 1e-3) < 1e-9)
    #expect(low >= 1e-4 && low < 1.000001e-4)
  }

  @Test("a parameter has a value only where its conditions hold")
  func conditions() {
    let space = SearchSpace([
      Parameter("optimizer", .choice([Choice("adam"), Choice("sgd")])),
      Parameter(
        "optimizer.sgd.momentum", .float(low: 0, high: 0.99, step: nil, isLog: false),
        conditions: [.init(of: 0, among: [.choice(1)])]),
    ])
    #expect(space.assignment(at: [0.2, 0.5]) == [.choice(0), nil])
    #expect(space.assignment(at: [0.8, 0.5]) == [.choice(1), .float(0.495)])
    #expect(space.extremes.contains([.choice(1), .float(0.99)]))
  }
}
