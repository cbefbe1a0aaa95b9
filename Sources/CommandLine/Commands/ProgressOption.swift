internal import RunRecords

/// The option by which commands are told how to show progress.
enum ProgressOption {
  /// `--progress STYLE`.
  static let declaration = OptionDeclaration.value(
    "progress", placeholder: "STYLE", default: "auto",
    help: "how progress is shown: auto, bar, plain or none")
}

extension ParsedArguments {
  /// How progress is to be shown; `auto` means as standard output suggests.
  var progressStyle: ProgressStyle {
    get throws(UsageError) {
      if text("progress") == "auto" { return StandardOutput.style }
      return try choice("progress", of: ProgressStyle.self) ?? StandardOutput.style
    }
  }
}
