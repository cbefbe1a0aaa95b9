internal import DurableFiles
internal import StudyRecords
internal import StudyReports

/// The command `lockstep sweep report`.
struct SweepReportCommand: Command {
  static let declaration = CommandDeclaration(
    name: "sweep report", abstract: "write a study as one HTML page with charts",
    discussion: """
      The page needs nothing else: no network, no other file. It shows the best trial and its configuration, the
      values of all trials as they came, learning curves, where the budget went, the importance of each parameter
      (main effects by fANOVA), parallel coordinates, slices and a table of all trials. Reads the records of a study,
      also of one that runs now.
      """,
    arguments: [StudyArgument.declaration],
    options: [
      .value(
        "out", placeholder: "FILE", help: "where to write it; report.html in the study's folder")
    ],
    examples: [
      CommandExample("lockstep sweep report", "the newest study"),
      CommandExample(
        "lockstep sweep report sweeps/20261121-101500-digits --out digits.html", "another one"),
    ])

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
    let folder = try StudyArgument.folder(arguments)
    let summary = try StudySummary(StudySnapshot(folder.recordsPath), in: folder)
    let path = arguments.text("out") ?? folder.reportPath
    try FileSystem().replaceFile(path, with: Array(StudyPage(summary).html.utf8))
    try context.output.line(path)
    return .done
  }
}
