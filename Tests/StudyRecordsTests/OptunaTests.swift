import DurableFiles
import Foundation
import JSONText
import RunRecords
import TestSupport
import Testing

@testable import StudyRecords

/// Python with Optuna: the interpreter that `LOCKSTEP_PYTHON` names, or `python3`.
private enum Python {
  static let interpreter = ProcessInfo.processInfo.environment["LOCKSTEP_PYTHON"] ?? "python3"

  static let hasOptuna = (try? run("import optuna"))?.status == 0

  /// Runs a program; its output and exit status.
  static func run(_ program: String, _ arguments: String...) throws -> (
    status: Int32, output: String
  ) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [interpreter, "-W", "error", "-c", program] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
  }
}

@Suite("Optuna reads a study", .enabled(if: Python.hasOptuna, "there is no python3 with optuna"))
struct OptunaTests {
  /// Prints all that Optuna's API tells of a study.
  static let program = """
    import json, math, sys, optuna
    study = optuna.load_study(study_name="digits", storage="sqlite:///" + sys.argv[1])
    def number(value):
      return value if value is None or math.isfinite(value) else str(value)
    def trial(t):
      return {
        "number": t.number, "state": t.state.name, "params": t.params,
        "value": number(t.value), "steps": {k: number(v) for k, v in t.intermediate_values.items()},
        "user": t.user_attrs, "started": t.datetime_start.timestamp(),
        "seconds": t.duration.total_seconds() if t.duration else None,
        "distributions": {k: repr(v) for k, v in t.distributions.items()}}
    print(json.dumps({
      "name": study.study_name, "direction": study.direction.name,
      "best": study.best_trial.number, "metrics": study.metric_names,
      "full_budget": study.user_attrs["full_budget"],
      "trials": [trial(t) for t in study.get_trials()]}))
    """

  @Test("trials, values, states and distributions are what was recorded")
  func reads() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("study.db")
    let store = try ExampleStudy.create(path)
    try ExampleStudy.fill(store)
    // The study is open for writing while Optuna reads it.
    let (status, output) = try Python.run(Self.program, path)
    try #require(status == 0, "\(output)")
    let study = try JSONValue.parse(output)
    #expect(study["name"] == "digits")
    #expect(study["direction"] == "MAXIMIZE")
    #expect(study["best"] == 0)
    #expect(study["metrics"] == ["accuracy"])
    #expect(study["full_budget"] == 9)
    let trials = try #require(study["trials"]?.array)
    #expect(
      trials.map { $0["state"] } == ["COMPLETE", "PRUNED", "FAIL", "RUNNING", "RUNNING"])
    #expect(
      trials[0]["params"] == [
        "lr": .number(0.1 / 3), "dropout": 0.25, "units": 48, "depth": 7, "optimizer": "adam",
      ])
    #expect(trials[0]["value"] == 0.75)
    #expect(trials[0]["steps"] == ["1": 0.5, "2": .number(1.0 / 3), "3": 0.75])
    #expect(trials[0]["user"] == ["seconds": 1.5, "steps": 30])
    #expect(trials[0]["started"] == .number(ExampleStudy.time.seconds))
    #expect(trials[0]["seconds"] == 60.0)
    #expect(trials[1]["params"]?["optimizer"] == true)
    #expect(trials[1]["value"] == 0.25)
    #expect(trials[2]["value"] == .null)
    #expect(trials[2]["steps"] == ["1": "inf", "2": "-inf", "3": "nan"])
    #expect(trials[2]["user"]?["reason"] == "the loss is \"nan\"\nat step 7")
    #expect(trials[3]["params"]?["momentum"] == 0.9)
    #expect(trials[3]["params"]?["optimizer"] == "{sgd: {}}")
    #expect(trials[4]["params"]?["optimizer"] == "7")
    #expect(
      trials[3]["distributions"] == [
        "lr": "FloatDistribution(high=0.1, log=True, low=1e-05, step=None)",
        "dropout": "FloatDistribution(high=0.5, log=False, low=0.0, step=0.25)",
        "units": "IntDistribution(high=64, log=False, low=16, step=16)",
        "depth": "IntDistribution(high=64, log=True, low=1, step=1)",
        "optimizer":
          "CategoricalDistribution(choices=('adam', 1, True, 2.5, '7', '{sgd: {}}'))",
        "momentum": "FloatDistribution(high=0.99, log=False, low=0.0, step=None)",
      ])
    try store.close()
  }

  @Test("the tables are those that the installed Optuna makes")
  func tables() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("optuna.db")
    let (status, output) = try Python.run(
      "import optuna, sys; optuna.create_study(storage='sqlite:///' + sys.argv[1])", path)
    try #require(status == 0, "\(output)")
    let database = try Database(path, .reading)
    #expect(try OptunaSchemaTests.tables(database) == OptunaSchemaTests.expected)
  }
}
