import HyperparameterSearch
import Options
import RunRecords
import TestSupport

@testable import StudyRecords

/// A small study with every kind of parameter.
enum ExampleStudy {
  static let space = SearchSpace([
    Parameter("lr", .float(low: 1e-5, high: 0.1, step: nil, isLog: true)),
    Parameter("dropout", .float(low: 0, high: 0.5, step: 0.25, isLog: false)),
    Parameter("units", .integer(low: 16, high: 64, step: 16, isLog: false)),
    Parameter("depth", .integer(low: 1, high: 64, step: 1, isLog: true)),
    Parameter(
      "optimizer",
      .choice([
        Choice("adam"), Choice(OptionValue.integer(1)), Choice(OptionValue.boolean(true)),
        Choice(OptionValue.number(2.5)), Choice(OptionValue(.scalar("7", isQuoted: true))),
        Choice(OptionValue(.map([OptionEntry(key: "sgd", value: OptionValue(.null))]))),
      ])),
    Parameter(
      "momentum", .float(low: 0, high: 0.99, step: nil, isLog: false),
      conditions: [.init(of: 4, among: [.choice(5)])]),
  ])

  static let description = StudyDescription(
    name: "digits", direction: .maximize, metric: "accuracy", unit: "epochs", fullBudget: 9,
    configuration: "name: digits # \"é\"\n")

  /// The values of a trial; those of the last choice have a momentum.
  static func trial(
    _ number: Int, choice: Int = 0, state: TrialState = .running(until: 9),
    reports: [Report] = []
  ) -> Trial {
    Trial(
      number: number,
      assignment: [
        .float(0.1 / 3 / Double(number + 1)), .float(0.25), .integer(48), .integer(7),
        .choice(choice), choice == 5 ? .float(0.9) : nil,
      ], state: state, reports: reports)
  }

  /// Values of the metric after budgets from 1 on.
  static func reports(_ values: Double..., from budget: Int = 1) -> [Report] {
    values.enumerated().map { Report(budget: budget + $0.offset, value: $0.element) }
  }

  static let time = WallTime(seconds: 1_700_000_000.25)
  static let cost = JobCost(seconds: 1.5, steps: 30)

  static func create(_ path: String) throws -> StudyStore {
    try StudyStore.create(path, description, space: space)
  }

  /// Does a trial of one job from its beginning to its end.
  static func run(
    _ trial: Trial, end: Int, _ result: JobResult, in store: StudyStore
  ) throws {
    try store.begin(trial, at: time)
    _ = try store.startJob(trial: trial.number, end: end)
    try store.finishJob(trial: trial.number, end: end, result, cost: cost)
    if trial.state.isOver { try store.end(trial, at: WallTime(seconds: time.seconds + 60)) }
  }

  /// A study with a trial of each kind: completed, pruned, failed, running, paused.
  static func fill(_ store: StudyStore) throws {
    let rising = reports(0.5, 1.0 / 3, 0.75)
    try run(trial(0, state: .completed, reports: rising), end: 3, .trained(rising), in: store)
    let short = reports(0.25)
    try run(trial(1, choice: 2, state: .pruned, reports: short), end: 1, .trained(short), in: store)
    let wild = reports(.infinity, -.infinity, .nan)
    try run(
      trial(2, choice: 1, state: .failed("the loss is \"nan\"\nat step 7"), reports: wild), end: 9,
      .failed(wild, reason: "the loss is \"nan\"\nat step 7"), in: store)
    try store.begin(trial(3, choice: 5), at: time)
    _ = try store.startJob(trial: 3, end: 9)
    try run(trial(4, choice: 4, state: .paused), end: 1, .trained(reports(0.125)), in: store)
  }
}
