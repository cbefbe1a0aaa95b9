internal import DurableFiles
internal import FlightRecords
internal import JSONText
internal import RunRecords

/// What ranks recorded, as commands show and write it.
enum FlightTexts {
  /// Writes a trace of all ranks, and warns of those whose records are not here.
  static func writeTrace(_ flight: FlightFolder, to path: String, warnings: any TextOutput) throws {
    let text = ChromeTrace(flight.rings).json.text() + "\n"
    try FileSystem().replaceFile(path, with: Array(text.utf8))
    for gap in gaps(flight) { try warnings.line("warning: \(path): \(gap)") }
  }

  /// What is missing in the records of a run, a sentence each.
  static func gaps(_ flight: FlightFolder) -> [String] {
    let missing =
      flight.missing.isEmpty
      ? [] : ["without \(rankList(flight.missing)), whose records are not here"]
    return missing + flight.problems
  }

  /// Where each rank's time goes.
  static func table(_ table: StragglerTable) -> String {
    guard let steps = table.steps else {
      return "the ranks' records have no whole step in common: there is nothing to compare"
    }
    let parts = StragglerTable.Part.allCases
    var text = TextTable(
      [("rank", .right), ("host", .left)] + parts.map { ("\($0)", .right) }
        + [("share", .right), ("waits for", .left), ("messages", .right)])
    for row in table.rows {
      text.add(
        ["\(row.rank)", row.host] + parts.map { microseconds(row.nanoseconds[$0] ?? 0) } + [
          percent(row.waitingShare),
          row.waitsFor.map { "rank \($0.rank) (\(percent($0.share)))" } ?? "",
          row.messages > 0 ? microseconds(row.messages) : "",
        ])
    }
    return """
      microseconds a step and lane, steps \(steps.lowerBound) to \(steps.upperBound):
      \(text.text)
      exposed communication: \(percent(table.exposedShare)) of the time of all lanes
      """
  }

  private static func microseconds(_ nanoseconds: Double) -> String {
    NumberText.fixed(min(max(nanoseconds, 0), 1e14) / 1000, decimals: 1)
  }

  private static func percent(_ share: Double) -> String {
    "\(NumberText.fixed(100 * min(max(share, 0), 1), decimals: 1)) %"
  }
}
