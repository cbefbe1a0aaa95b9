import DurableFiles
import Foundation
import HyperparameterSearch
import JSONText
import Options
import RunRecords
import StudyRecords
import TestSupport
import Testing

@testable import CommandLine

/// Runs the program in this process.
private func lockstep(_ arguments: String...) -> Outcome {
  let output = TextBuffer()
  let errors = TextBuffer()
  let code = Lockstep.program.run(
    arguments, in: CommandContext(output: output, errors: errors))
  return Outcome(code: code, output: output.text, errors: errors.text)
}

@Suite("The commands that read a study")
struct SweepRecordsTests {
  let temporary: TemporaryFolder
  let folder: StudyFolder

  /// A study with a completed, a better completed, a pruned and a failed trial.
  init() throws {
    temporary = try TemporaryFolder()
    folder = try StudyFolder.create(root: temporary.file("sweeps"), name: "digits")
    let space = SearchSpace([
      Parameter("lr", .float(low: 0, high: 1, step: nil, isLog: false)),
      Parameter("optimizer", .choice([Choice("adam"), Choice("a,\"b\"")])),
      Parameter(
        "beta", .float(low: 0, high: 1, step: nil, isLog: false),
        conditions: [.init(of: 1, among: [.choice(0)])]),
    ])
    let store = try StudyStore.create(
      folder.recordsPath,
      StudyDescription(
        name: "digits", direction: .maximize, metric: "accuracy", unit: "epochs", fullBudget: 2,
        configuration: ""), space: space)
    let trials: [(state: TrialState, values: [Double], choice: Int)] = [
      (.completed, [0.5, 0.9], 0), (.completed, [0.6, 1 / 1.05], 1), (.pruned, [0.25], 0),
      (.failed("the loss is nan\nat step 7"), [], 1),
    ]
    let time = WallTime(seconds: 1_700_000_000)
    for (number, (state, values, choice)) in trials.enumerated() {
      let reports = values.enumerated().map { Report(budget: $0.offset + 1, value: $0.element) }
      let trial = Trial(
        number: number,
        assignment: [
          .float(0.125 * Double(number + 1)), .choice(choice), choice == 0 ? .float(0.5) : nil,
        ], state: state, reports: reports)
      try store.begin(trial, at: time)
      let end = max(1, values.count)
      _ = try store.startJob(trial: number, end: end)
      let result: JobResult =
        if case .failed(let reason) = state { .failed(reports, reason: reason) } else {
          .trained(reports)
        }
      try store.finishJob(
        trial: number, end: end, result, cost: JobCost(seconds: 1.25, steps: 10))
      try store.end(trial, at: WallTime(seconds: time.seconds + 5))
    }
    try store.close()
  }

  @Test("status counts states and shows the best trials first")
  func status() {
    let outcome = lockstep("sweep", "status", folder.path)
    #expect(
      outcome
        == Outcome(
          code: .done,
          output: """
            digits  \(folder.path)
            maximize accuracy, 2 epochs a whole training
            not running now
            4 trials: 2 completed, 1 pruned, 1 failed
            best: trial 1  0.9524  lr 0.25, optimizer a,"b"

            trial  state      epochs  accuracy  seconds     lr  optimizer  beta
            -----  ---------  ------  --------  -------  -----  ---------  ----
                1  completed     2/2    0.9524      1.3   0.25      a,"b"     -
                0  completed     2/2    0.9000      1.3  0.125       adam   0.5
                2  pruned        1/2    0.2500      1.3  0.375       adam   0.5
                3  failed        0/2         -      1.3    0.5      a,"b"     -

            trial 3 failed: the loss is nan

            """, errors: ""))
    let all = lockstep("sweep", "status", "--all", folder.path).output
    let numbers = all.split(separator: "\n").compactMap { line in
      line.hasPrefix("    ") ? line.split(separator: " ").first : nil
    }
    #expect(numbers == ["0", "1", "2", "3"])
  }

  @Test("best shows all digits, and the configuration where it is there")
  func best() throws {
    let text = """
      trial      1
      accuracy   \(1 / 1.05)
      epochs     2
      lr         0.25
      optimizer  a,"b"

      """
    #expect(
      lockstep("sweep", "best", folder.path) == Outcome(code: .done, output: text, errors: ""))
    try FileSystem().replaceFile(folder.bestPath, with: [])
    #expect(
      lockstep("sweep", "best", folder.path).output.hasSuffix("configuration  \(folder.bestPath)\n")
    )
  }

  @Test("trials are exported as CSV and as JSON, with all digits")
  func export() throws {
    let csv = lockstep("sweep", "export", folder.path).output
    #expect(
      csv == """
        number,state,value,budget,seconds,steps,attempts,started,ended,reason,params_lr,params_optimizer,params_beta
        0,completed,0.9,2,1.25,10,1,2023-11-14T22:13:20Z,2023-11-14T22:13:25Z,,0.125,adam,0.5
        1,completed,\(1 / 1.05),2,1.25,10,1,2023-11-14T22:13:20Z,2023-11-14T22:13:25Z,,0.25,"a,""b""\",
        2,pruned,0.25,1,1.25,10,1,2023-11-14T22:13:20Z,2023-11-14T22:13:25Z,,0.375,adam,0.5
        3,failed,,0,1.25,10,1,2023-11-14T22:13:20Z,2023-11-14T22:13:25Z,"the loss is nan
        at step 7",0.5,"a,""b""\",

        """)
    let path = temporary.file("trials.json")
    let outcome = lockstep("sweep", "export", folder.path, "--format", "json", "--out", path)
    #expect(outcome == Outcome(code: .done, output: "", errors: ""))
    let json = try JSONValue.parse(FileSystem().read(path))
    #expect(json["best"] == 1 && json["metric"] == "accuracy")
    let trials = try #require(json["trials"]?.array)
    #expect(trials.count == 4)
    #expect(trials[1]["value"] == .number(1 / 1.05))
    #expect(trials[1]["params"] == ["lr": 0.25, "optimizer": "a,\"b\""])
    #expect(trials[0]["reports"] == [[1, 0.5], [2, 0.9]])
    #expect(trials[3]["reason"] == "the loss is nan\nat step 7" && trials[3]["value"] == .null)
  }

  @Test("what is no study, and a study without a result, are said to be that")
  func faults() throws {
    let missing = temporary.file("none")
    #expect(
      lockstep("sweep", "status", missing)
        == Outcome(
          code: .usage, output: "",
          errors: """
            error: \(missing) is no study: it does not exist
              hint: give a folder below sweeps/, as `sweep` printed it

            """))
    let empty = try StudyFolder.create(root: temporary.file("sweeps"), name: "empty")
    try StudyStore.create(
      empty.recordsPath,
      StudyDescription(
        name: "empty", direction: .minimize, metric: "loss", unit: "steps", fullBudget: 2,
        configuration: ""),
      space: SearchSpace([Parameter("x", .float(low: 0, high: 1, step: nil, isLog: false))])
    ).close()
    #expect(
      lockstep("sweep", "best", empty.path)
        == Outcome(
          code: .failed, output: "", errors: "error: no trial of \(empty.path) is completed\n"))
    #expect(lockstep("sweep", "status", empty.path).output.hasSuffix("0 trials\n"))
  }
}
