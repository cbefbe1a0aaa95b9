internal import DurableFiles
internal import StudyRecords

/// The command `lockstep sweep best`.
struct SweepBestCommand: Command {
  static let declaration = CommandDeclaration(
    name: "sweep best", abstract: "show the best trial of a study",
    discussion: """
      The best trial is the completed one with the best value, of equal ones the first. Ends with 1 while no trial is
      completed.
      """,
    arguments: [StudyArgument.declaration],
    examples: [
      CommandExample("lockstep sweep best", "of the newest study"),
      CommandExample("lockstep sweep best sweeps/20261121-101500-digits", "of another"),
    ])

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
    let folder = try StudyArgument.folder(arguments)
    let text = StudyText(try StudySnapshot(folder.recordsPath), folder: folder)
    guard let best = text.best(hasConfiguration: FileSystem().kind(of: folder.bestPath) == .file)
    else {
      try context.errors.line("error: no trial of \(folder.path) is completed")
      return .failed
    }
    try context.output.line(best)
    return .done
  }
}
