import Options
import Testing

@testable import HyperparameterSearch

@Suite("The grid sampler")
struct GridTests {
  private static let optimizers = Parameter(
    "optimizer", .choice(["sgd", "adam"].map { Choice(.text($0)) }))
  private static let depth = Parameter("depth", .integer(low: 2, high: 6, step: 2, isLog: false))
  private static let rate = Parameter(
    "rate", .float(low: 1e-4, high: 1e-2, step: nil, isLog: true))

  /// All combinations in order; the study's trials are as many as the grid says.
  private func combinations(_ sampler: GridSampler, _ space: SearchSpace) throws -> [Assignment] {
    let count = try #require(sampler.limit(in: space))
    let study = StudyState(
      space: space, direction: .minimize, seed: 0, fullBudget: 1, trialLimit: count)
    return (0..<count).map { sampler.assignment(ofTrial: $0, in: study) }
  }

  private func problems(_ sampler: GridSampler, _ space: SearchSpace) -> [String] {
    let diagnostics = Diagnostics()
    sampler.check(space, diagnostics)
    return diagnostics.problems.map { "\($0.message); \($0.hint ?? "")" }
  }

  @Test("the last parameter changes fastest")
  func order() throws {
    let space = SearchSpace([Self.optimizers, Self.depth])
    #expect(
      try combinations(GridSampler(), space) == [
        [.choice(0), .integer(2)], [.choice(0), .integer(4)], [.choice(0), .integer(6)],
        [.choice(1), .integer(2)], [.choice(1), .integer(4)], [.choice(1), .integer(6)],
      ])
  }

  @Test("a parameter without a value adds no combinations")
  func conditions() throws {
    let space = SearchSpace([
      Self.optimizers,
      Parameter(
        "momentum", .float(low: 0, high: 0.9, step: 0.45, isLog: false),
        conditions: [.init(of: 0, among: [.choice(0)])]),
      Parameter(
        "nesterov", .choice(["no", "yes"].map { Choice(.text($0)) }),
        conditions: [.init(of: 1, among: [.float(0.45), .float(0.9)])]),
    ])
    #expect(
      try combinations(GridSampler(), space) == [
        [.choice(0), .float(0), nil],
        [.choice(0), .float(0.45), .choice(0)], [.choice(0), .float(0.45), .choice(1)],
        [.choice(0), .float(0.9), .choice(0)], [.choice(0), .float(0.9), .choice(1)],
        [.choice(1), nil, nil],
      ])
  }

  @Test("points lie evenly over a range, with both its bounds, and only once each")
  func points() throws {
    let rates = try combinations(GridSampler(points: 3), SearchSpace([Self.rate]))
    #expect(rates.count == 3)
    #expect(rates.first == [.float(1e-4)] && rates.last == [.float(1e-2)])
    guard case .float(let middle)? = rates[1][0] else {
      Issue.record("no float")
      return
    }
    #expect(abs(middle - 1e-3) < 1e-12)
    let widths = Parameter("width", .float(low: 0, high: 1, step: 0.1, isLog: false))
    #expect(try combinations(GridSampler(points: 3), SearchSpace([Self.depth])).count == 3)
    #expect(
      try combinations(try decoded("{grid: {points: {width: 3}}}"), SearchSpace([widths]))
        == [[.float(0)], [.float(0.5)], [.float(1)]])
    let few = try decoded("{grid: {points: {units: 9}}}")
    let units = Parameter("units", .integer(low: 1, high: 4096, step: 1, isLog: true))
    #expect(
      try combinations(few, SearchSpace([units])).map { $0[0] }
        == [1, 3, 8, 23, 64, 181, 512, 1448, 4096].map(ParameterValue.integer))
    let low = Parameter("units", .integer(low: 1, high: 12, step: 1, isLog: true))
    let lows = try combinations(few, SearchSpace([low]))
    #expect(Set(lows).count == lows.count && lows.count < 9)
  }

  @Test("every combination comes once, whatever the conditions")
  func everyCombinationOnce() throws {
    let space = SearchSpace([
      Self.optimizers, Self.depth,
      Parameter(
        "a", .integer(low: 0, high: 4, step: 1, isLog: false),
        conditions: [.init(of: 1, among: [.integer(2), .integer(6)])]),
      Parameter(
        "b", .choice(["x", "y", "z"].map { Choice(.text($0)) }),
        conditions: [
          .init(of: 0, among: [.choice(1)]), .init(of: 2, among: [.integer(1), .integer(3)]),
        ]),
    ])
    let all = try combinations(GridSampler(), space)
    // Per optimizer 5 + 1 + 5; with adam two of the five have three each.
    #expect(all.count == 11 + 2 * (3 + 2 * 3) + 1)
    #expect(Set(all).count == all.count)
    for assignment in all {
      for index in assignment.indices {
        #expect((assignment[index] != nil) == space.isActive(index, in: assignment))
      }
    }
  }

  @Test("a grid beyond all counting is counted and not listed")
  func hugeGrids() {
    let parameters = (0..<40).map {
      Parameter("p\($0)", .integer(low: 1, high: 1000, step: 1, isLog: false))
    }
    let space = SearchSpace(parameters)
    #expect(GridSampler().limit(in: space) == .max)
    #expect(GridSampler().limit(in: SearchSpace(Array(parameters[..<5]))) == 1_000_000_000_000_000)
    let study = StudyState(
      space: space, direction: .minimize, seed: 0, fullBudget: 1, trialLimit: 3_000)
    let trial = GridSampler().assignment(ofTrial: 2_005, in: study)
    #expect(trial[38...] == [.integer(3), .integer(6)])
    #expect(trial[..<38].allSatisfy { $0 == .integer(1) })
  }

  @Test("a study of a grid ends with the last combination")
  func studyEnds() {
    let objective = SyntheticObjective(
      name: "depth", space: SearchSpace([Self.depth]), optimum: 0
    ) { $0 == [.integer(4)] ? 0 : 1 }
    let trials = objective.trials(GridSampler(), seed: 0, count: 50, concurrency: 2)
    #expect(trials.map(\.value) == [1, 0, 1])
  }

  @Test("a range without an end of values is refused until its points are given")
  func endlessRanges() throws {
    let space = SearchSpace([Self.depth, Self.rate])
    #expect(
      problems(GridSampler(), space) == [
        "`rate` has no end of values, a grid needs to know which; "
          + "give it a `step`, or write `sampler: {grid: {points: 5}}`"
      ])
    #expect(problems(GridSampler(points: 5), space) == [])
    #expect(problems(try decoded("{grid: {points: {rate: 5}}}"), space) == [])
    #expect(
      problems(try decoded("{grid: {points: {rat: 5, depth: 2, rate: 2}}}"), space) == [
        "`rat` is no range of the space, so the grid takes no points of it; "
          + "did you mean `rate`? ranges: depth, rate"
      ])
  }

  @Test("what is refused is told with its place in the file")
  func places() throws {
    let diagnostics = Diagnostics()
    let options = try SamplerProblems.tree(
      """
      depth: {int: [1, 3]}
      rate: {float: [1e-4, 1e-2], log: true}
      """)
    let space = SearchSpace(
      options: OptionReader(options, context: "space", diagnostics: diagnostics))
    GridSampler().check(space, diagnostics)
    #expect(diagnostics.problems.map { $0.mark?.line } == [2])
  }

  @Test("wrong options are reported with what is meant")
  func options() {
    #expect(
      SamplerProblems.of("{grid: {point: 5}}") == [
        "unknown key `point` in grid; did you mean `points`? known keys: points"
      ])
    #expect(
      SamplerProblems.of("{grid: {points: 0}}") == [
        "`points` of grid is 0, legal is 1 to 10000; "
      ])
    #expect(
      SamplerProblems.of("{grid: {points: {rate: many}}}") == [
        "`rate` of `points` of grid takes a whole number, found `many`; "
      ])
  }

  private func decoded(_ text: String) throws -> GridSampler {
    let diagnostics = Diagnostics()
    let sampler = SamplerRegistry.decode(try SamplerProblems.tree(text), diagnostics: diagnostics)
    #expect(diagnostics.isEmpty)
    return try #require(sampler as? GridSampler)
  }
}
