import Options
import Testing

@testable import Optimizers

@Suite("The options of schedules")
struct ScheduleOptionsTests {
  private static func scalar(_ text: String) -> OptionValue {
    OptionValue(.scalar(text, isQuoted: false))
  }

  /// Values with commas are lists.
  private static func value(_ text: String) -> OptionValue {
    guard text.contains(",") else { return scalar(text) }
    return OptionValue(.list(text.split(separator: ",").map { scalar(String($0)) }))
  }

  /// Decodes `kind: {options}` and returns the messages and hints of all problems with it.
  private func decode(
    _ kind: String, _ options: KeyValuePairs<String, String> = [:]
  ) -> (schedule: Schedule?, problems: [String]) {
    let entries = options.map { OptionEntry(key: $0.key, value: Self.value($0.value)) }
    let diagnostics = Diagnostics()
    let schedule = ScheduleRegistry.decode(
      OptionValue(.map([OptionEntry(key: kind, value: OptionValue(.map(entries)))])),
      diagnostics: diagnostics)
    return (schedule, diagnostics.problems.map { "\($0.message); \($0.hint ?? "")" })
  }

  @Test(
    "are all read",
    arguments: [
      ("constant", [:], "constant"),
      ("step", ["every_epochs": "3"], "step {every: 3 epochs, factor: 0.1}"),
      ("step", ["every_steps": "1", "factor": "0.5"], "step {every: 1 step, factor: 0.5}"),
      (
        "multi_step", ["epochs": "30,60"],
        "multi_step {milestones: [30 epochs, 60 epochs], factor: 0.1}"
      ),
      (
        "multi_step", ["steps": "7", "factor": "0.2"],
        "multi_step {milestones: [7 steps], factor: 0.2}"
      ),
      ("exponential", ["factor": "0.9"], "exponential {factor: 0.9, per: epoch}"),
      ("exponential", ["factor": "1", "per": "step"], "exponential {factor: 1.0, per: step}"),
      ("cosine", [:], "cosine {final_factor: 0.0}"),
      (
        "cosine", ["final_factor": "0.1", "warmup_steps": "200"],
        "cosine {final_factor: 0.1, warmup: 200 steps, warmup_start_factor: 0.0}"
      ),
      ("cosine", ["final": "1e-5"], "cosine {final: 1e-05}"),
      (
        "polynomial", ["power": "0.9", "final": "0", "warmup_epochs": "1"],
        "polynomial {power: 0.9, final: 0.0, warmup: 1 epoch, warmup_start_factor: 0.0}"
      ),
      (
        "one_cycle", [:],
        "one_cycle {peak_share: 0.3, start_divisor: 25.0, final_divisor: 10000.0, anneal: cosine}"
      ),
      (
        "one_cycle",
        ["peak_share": "0.5", "start_divisor": "10", "final_divisor": "1", "anneal": "linear"],
        "one_cycle {peak_share: 0.5, start_divisor: 10.0, final_divisor: 1.0, anneal: linear}"
      ),
      (
        "reduce_on_plateau", [:],
        "reduce_on_plateau {monitor: validation/loss, mode: min, factor: 0.1, patience: 10, "
          + "min_change: 0.0001 rel, cooldown: 0, minimum: 0.0, epsilon: 1e-08}"
      ),
      (
        "reduce_on_plateau",
        [
          "monitor": "train/accuracy", "factor": "0.5", "patience": "0", "min_change": "0.01",
          "threshold_mode": "abs", "cooldown": "2", "minimum": "1e-4", "epsilon": "0",
          "warmup_steps": "5", "warmup_start_factor": "0.5",
        ],
        "reduce_on_plateau {monitor: train/accuracy, mode: max, factor: 0.5, patience: 0, "
          + "min_change: 0.01 abs, cooldown: 2, minimum: 0.0001, epsilon: 0.0, warmup: 5 steps, "
          + "warmup_start_factor: 0.5}"
      ),
    ] as [(String, KeyValuePairs<String, String>, String)])
  func read(kind: String, options: KeyValuePairs<String, String>, text: String) throws {
    let (schedule, problems) = decode(kind, options)
    #expect(problems == [])
    #expect(try #require(schedule).description == text)
  }

  @Test("may be left out altogether", arguments: ScheduleRegistry.kinds)
  func bareNames(kind: String) {
    let diagnostics = Diagnostics()
    let schedule = ScheduleRegistry.decode(Self.scalar(kind), diagnostics: diagnostics)
    let needy = ["step", "multi_step", "exponential"]
    #expect(diagnostics.problems.count == (needy.contains(kind) ? 1 : 0))
    #expect(schedule.map { type(of: $0.curve).kind } == kind)
  }

  @Test(
    "are refused with what is wrong",
    arguments: [
      (
        "cosin", [:],
        "unknown schedule `cosin`; did you mean `cosine`? known schedules: constant, step, "
          + "multi_step, exponential, cosine, polynomial, one_cycle, reduce_on_plateau"
      ),
      (
        "step", [:],
        "step needs `every_epochs` or `every_steps`; write `step: {every_epochs: 30}`"
      ),
      (
        "step", ["every_epochs": "3", "every_steps": "4"],
        "step has both `every_steps` and `every_epochs`; write one of them"
      ),
      ("step", ["every_steps": "0"], "`every_steps` of step is 0, legal is 1 or more; "),
      (
        "step", ["every_steps": "1", "gamma": "0.1"],
        "unknown key `gamma` in step; write `factor`"
      ),
      (
        "multi_step", [:],
        "multi_step needs milestones; write `multi_step: {epochs: [30, 60]}` or "
          + "`multi_step: {steps: [1000, 2000]}`"
      ),
      (
        "multi_step", ["epochs": "3", "steps": "4"],
        "multi_step has both `epochs` and `steps`; write one of them"
      ),
      (
        "multi_step", ["epochs": "3,0"],
        "`epochs` of multi_step takes whole numbers from 1, found `0`; "
      ),
      ("exponential", [:], "exponential needs `factor`; "),
      (
        "exponential", ["factor": "1.1"],
        "`factor` of exponential is 1.1, legal is above 0 and at most 1; "
      ),
      (
        "cosine", ["final": "1", "final_factor": "0.1"],
        "cosine has both `final_factor` and `final`; write one of them"
      ),
      ("cosine", ["final_factor": "2"], "`final_factor` of cosine is 2.0, legal is 0.0 to 1.0; "),
      ("cosine", ["eta_min": "0"], "unknown key `eta_min` in cosine; write `final`"),
      (
        "cosine", ["warmup": "10"],
        "unknown key `warmup` in cosine; write `warmup_steps` or `warmup_epochs`"
      ),
      (
        "cosine", ["warmup_start_factor": "0.1"],
        "`warmup_start_factor` of cosine needs a warm-up; add `warmup_steps` or `warmup_epochs`"
      ),
      (
        "constant", ["warmup_epochs": "1", "warmup_steps": "1"],
        "constant has both `warmup_steps` and `warmup_epochs`; write one of them"
      ),
      (
        "polynomial", ["power": "0"],
        "`power` of polynomial is 0.0, legal is above 0 and at most 100; "
      ),
      (
        "one_cycle", ["start_divisor": "0.5"],
        "`start_divisor` of one_cycle is 0.5, legal is 1 or more; "
      ),
      (
        "one_cycle", ["pct_start": "0.5"],
        "unknown key `pct_start` in one_cycle; write `peak_share`"
      ),
      (
        "reduce_on_plateau", ["factor": "1"],
        "`factor` of reduce_on_plateau is 1.0, legal is 0 to below 1; "
      ),
      (
        "reduce_on_plateau", ["monitor": "validation/los"],
        "`monitor` of reduce_on_plateau is `validation/los`, which is none of its values; did you "
          + "mean `validation/loss`? known values: validation/loss, validation/accuracy, "
          + "validation/rmse, validation/mae, train/loss, train/accuracy, train/rmse, train/mae"
      ),
      (
        "reduce_on_plateau", ["mode": "lower"],
        "`mode` of reduce_on_plateau is `lower`, which is none of its values; known values: min, max"
      ),
    ] as [(String, KeyValuePairs<String, String>, String)])
  func wrong(kind: String, options: KeyValuePairs<String, String>, problem: String) {
    #expect(decode(kind, options).problems == [problem])
  }

  @Test("of a warm-up longer than the run are refused with their place")
  func warmup() throws {
    let source = OptionSource(name: "c.yaml", text: "schedule: {cosine: {warmup_epochs: 4}}")
    let mark = SourceMark(source: source, line: 1, column: 36)
    var epochs = Self.scalar("4")
    epochs.mark = mark
    let options = OptionValue(.map([OptionEntry(key: "warmup_epochs", value: epochs)]))
    let schedule = try #require(
      ScheduleRegistry.decode(
        OptionValue(.map([OptionEntry(key: "cosine", value: options)])),
        diagnostics: Diagnostics()))
    #expect(throws: Never.self) { try schedule.check(totalSteps: 12, stepsPerEpoch: 3) }
    let error = #expect(throws: OptionsError.self) {
      try schedule.check(totalSteps: 11, stepsPerEpoch: 3)
    }
    let problem = try #require(error?.problems.first)
    #expect(
      problem.message == "the warm-up of the schedule takes 12 steps, the whole run has 11")
    #expect(problem.mark?.column == 36)
  }
}
