internal import DurableFiles
internal import JSONText
internal import StudyRecords

/// The command `lockstep sweep export`.
struct SweepExportCommand: Command {
  /// How trials are written.
  enum Format: String, CaseIterable {
    /// A line a trial, a column a parameter.
    case csv
    /// Everything, the values on the way included.
    case json
  }

  static let declaration = CommandDeclaration(
    name: "sweep export", abstract: "write the trials of a study as CSV or JSON",
    discussion: """
      Every trial with its state, value, budget, cost and parameters, numbers with all their digits; as JSON with the
      values on the way too. Optuna reads study.db itself.
      """,
    arguments: [StudyArgument.declaration],
    options: [
      .value("format", placeholder: "FORMAT", default: "csv", help: "csv or json"),
      .value("out", placeholder: "FILE", help: "write to a file, not to standard output"),
    ],
    examples: [
      CommandExample("lockstep sweep export --out trials.csv", "for a spreadsheet"),
      CommandExample(
        "lockstep sweep export sweeps/20261121-101500-digits --format json", "for a program"),
    ])

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
    let format = try arguments.choice("format", of: Format.self) ?? .csv
    let study = try StudySnapshot(StudyArgument.folder(arguments).recordsPath)
    let text =
      switch format {
      case .csv: StudyExport.csv(study)
      case .json: StudyExport.json(study).text(.indented) + "\n"
      }
    if let path = arguments.text("out") {
      try FileSystem().replaceFile(path, with: Array(text.utf8))
    } else {
      try context.output.write(text)
    }
    return .done
  }
}
