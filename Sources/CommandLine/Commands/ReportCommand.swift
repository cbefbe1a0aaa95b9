internal import DurableFiles
internal import FlightRecords
internal import RunRecords

/// The command `lockstep report`.
struct ReportCommand: Command {
  static let declaration = CommandDeclaration(
    name: "report", abstract: "show where the time of a run's ranks went, and how they ended",
    discussion: """
      Every rank of `train` records what it does in a ring in its run folder, which is there also after it was
      killed. The table is of the last steps, those that all rings still have; waiting is communication that no
      computation hides. On several hosts the rings of a host are in the same folder there.
      """,
    arguments: [ArgumentDeclaration("run", help: "a run folder")],
    options: [
      .flag("crash", help: "show a line a rank of how it ended, the likely culprit first"),
      .value(
        "trace", placeholder: "FILE", help: "write a trace for chrome://tracing or Perfetto"),
    ],
    examples: [
      CommandExample("lockstep report runs/20261121-101500-digits-mlp", "who waits for whom"),
      CommandExample(
        "lockstep report runs/20261121-101500-digits-mlp --crash", "which rank ended the run"),
      CommandExample(
        "lockstep report runs/20261121-101500-digits-mlp --trace trace.json", "step by step"),
    ])

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
    let run = try RunFolder.unfinished(arguments.required("run"))
    let flight = try FlightFolder(run.flightPath)
    if arguments.has("crash") {
      try context.output.line(CrashReport(flight).text)
      return .done
    }
    if let path = arguments.text("trace") {
      try FlightTexts.writeTrace(flight, to: path, warnings: context.errors)
    }
    for line in Self.progress(run) { try context.output.line(line) }
    try context.output.line(FlightTexts.table(StragglerTable(flight.rings)))
    for warning in FlightTexts.gaps(flight) { try context.errors.line("warning: \(warning)") }
    return .done
  }

  /// How far the run came, as far as its records tell.
  private static func progress(_ run: RunFolder) -> [String] {
    var lines: [String] = []
    do {
      let record = try RunRecord.load(from: run)
      let reason = record.launch.exitReason?.split(separator: "\n").first.map { ": \($0)" } ?? ""
      lines.append(
        "\(record.name)  \(record.launch.status.rawValue)\(reason)  "
          + "\(NumberText.count(record.launch.ranks, "rank")) x \(NumberText.count(record.launch.workers, "worker"))"
      )
      if let last = try MetricsLog.read(run.metricsPath).records.last {
        let values = last.values.map { "\($0.name) \(NumberText.metric($0.value))" }
        lines.append(
          "step \(last.step), \(NumberText.duration(seconds: last.wall)) of training, \(last.split)  "
            + values.joined(separator: "  "))
      }
    } catch {
      lines.append("\(error)")
    }
    return lines
  }
}
