internal import StudyRecords

/// The command `lockstep sweep status`.
struct SweepStatusCommand: Command {
  static let declaration = CommandDeclaration(
    name: "sweep status", abstract: "show how the trials of a study stand",
    discussion: """
      Reads the records of a study, also of one that runs now. The table is of the best trials: those that were
      trained to their end by their value, then the others by how far they came.
      """,
    arguments: [StudyArgument.declaration],
    options: [.flag("all", help: "show all trials, by number")],
    examples: [
      CommandExample("lockstep sweep status", "the newest study"),
      CommandExample("lockstep sweep status sweeps/20261121-101500-digits --all", "all its trials"),
    ])

  /// Rows of the table unless all are asked for.
  private static let rowLimit = 20

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
    let folder = try StudyArgument.folder(arguments)
    let text = StudyText(try StudySnapshot(folder.recordsPath), folder: folder)
    try context.output.line(text.status(limit: arguments.has("all") ? nil : Self.rowLimit))
    return .done
  }
}
