internal import StudyRecords

/// The argument `STUDY` of the commands that read a study.
enum StudyArgument {
  /// The declaration.
  static let declaration = ArgumentDeclaration(
    "study", help: "a folder of `sweep`; by default the newest in sweeps/", isRequired: false)

  /// The study that is meant.
  ///
  /// - Throws: `StudyRecordsError` where it is none.
  static func folder(_ arguments: ParsedArguments) throws -> StudyFolder {
    try arguments.text("study").map { path in try StudyFolder.open(path) } ?? StudyFolder.newest()
  }
}
