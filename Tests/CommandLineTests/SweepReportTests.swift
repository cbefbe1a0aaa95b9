import DurableFiles
import HyperparameterSearch
import Options
import RunRecords
import StudyRecords
import TestSupport
import Testing

@testable import CommandLine

@Suite("The command that writes a study as a page")
struct SweepReportTests {
  private let temporary: TemporaryFolder
  private let folder: StudyFolder

  private static let configuration = """
    name: digits
    seed: 11
    trials: 3
    concurrency: 2
    sampler: {random: {}}
    space:
      optimizer: {choice: [adam, sgd]}
      momentum: {float: [0, 1], when: {optimizer: sgd}}
    """

  init() throws {
    temporary = try TemporaryFolder()
    folder = try StudyFolder.create(root: temporary.file("sweeps"), name: "digits")
  }

  /// A study of two trials, of which the second has a momentum.
  private func makeStudy(_ configuration: String) throws {
    let space = SearchSpace([
      Parameter("optimizer", .choice([Choice("adam"), Choice("sgd")])),
      Parameter("momentum", .float(low: 0, high: 1, step: nil, isLog: false)),
    ])
    let store = try StudyStore.create(
      folder.recordsPath,
      StudyDescription(
        name: "digits", direction: .minimize, metric: "validation/loss", unit: "epochs",
        fullBudget: 2, configuration: configuration), space: space)
    for (number, values) in [[0.75, 0.5], [0.625, 0.25]].enumerated() {
      let reports = values.enumerated().map { Report(budget: $0.offset + 1, value: $0.element) }
      let trial = Trial(
        number: number, assignment: [.choice(number), number == 1 ? .float(0.375) : nil],
        state: .completed, reports: reports)
      try store.begin(trial)
      try store.startJob(
        trial: number, end: 2, ranks: 0..<1, at: WallTime(seconds: 1_700_000_000))
      try store.finishJob(
        trial: number, end: 2, .trained(reports), cost: JobCost(seconds: 1.25, steps: 10))
      try store.end(trial, at: WallTime(seconds: 1_700_000_060))
    }
    try store.close()
  }

  private func report(_ arguments: String...) -> Outcome {
    let (output, errors) = (TextBuffer(), TextBuffer())
    let code = Lockstep.program.run(
      ["sweep", "report", folder.path] + arguments,
      in: CommandContext(output: output, errors: errors))
    return Outcome(code: code, output: output.text, errors: errors.text)
  }

  private static func text(_ path: String) throws -> String {
    String(decoding: try FileSystem().read(path), as: UTF8.self)
  }

  @Test("the page lies in the study's folder, and tells what its records and configuration tell")
  func page() throws {
    try makeStudy(Self.configuration)
    try FileSystem().replaceFile(folder.bestPath, with: Array("name: digits-best\n".utf8))
    #expect(report() == Outcome(code: .done, output: folder.reportPath + "\n", errors: ""))
    let page = try Self.text(folder.reportPath)
    for text in [
      "2 of 3 trials: 2 completed", "name: digits-best", "<dd>random: {}</dd>", "<dd>none</dd>",
      "<dd>11</dd>", "<dd>2</dd>", "optimizer is sgd", "validation/loss, minimize",
      "<p class=\"value\">0.25</p>", "<td>completed, best</td>", "<td class=\"n\">1.3</td>",
    ] {
      #expect(page.contains(text), "\(text)")
    }
  }

  @Test("the page goes where --out says, the same bytes each time")
  func out() throws {
    try makeStudy(Self.configuration)
    let (first, second) = (temporary.file("a.html"), temporary.file("b.html"))
    #expect(report("--out", first) == Outcome(code: .done, output: first + "\n", errors: ""))
    #expect(report("--out=\(second)").code == .done)
    #expect(try Self.text(first) == Self.text(second))
    #expect(FileSystem().kind(of: folder.reportPath) == nil)
  }

  @Test("a study whose records do not tell what was searched is refused")
  func faultyConfiguration() throws {
    try makeStudy("trials: 3\nspace: {}\n")
    let outcome = report()
    #expect(outcome.code == .usage)
    #expect(outcome.errors.contains("its recorded configuration has faults: the space is empty"))
  }
}
