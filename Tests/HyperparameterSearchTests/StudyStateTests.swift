import Testing

@testable import HyperparameterSearch

@Suite("What is known of a study")
struct StudyStateTests {
  /// A study with a trial of each value; nil for one that is pruned.
  private func study(_ values: [Double?], _ direction: Direction) -> StudyState {
    StudyState(
      space: SearchSpace([Parameter("x", .integer(low: 0, high: 9, step: 1, isLog: false))]),
      direction: direction, seed: 0, fullBudget: 1, trialLimit: values.count,
      trials: values.enumerated().map { number, value in
        Trial(
          number: number, assignment: [.integer(0)], state: value == nil ? .pruned : .completed,
          reports: [Report(budget: 1, value: value ?? 0)])
      })
  }

  @Test("the best completed trials come first, of equal ones those begun first")
  func best() {
    let values = [0.5, nil, 0.25, 0.75, 0.25, .nan, 0.75]
    #expect(study(values, .minimize).best(3) == [2, 4, 0])
    #expect(study(values, .maximize).best(3) == [3, 6, 0])
    #expect(study(values, .minimize).best(99) == [2, 4, 0, 3, 6, 5])
    #expect(study(values, .minimize).best(0).isEmpty)
    #expect(study(values, .maximize).best?.number == 3)
    #expect(study([nil, nil], .minimize).best == nil)
  }
}
