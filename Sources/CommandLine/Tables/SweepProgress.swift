internal import HyperparameterSearch
internal import RunRecords

/// Shows how a study gets on: on a terminal a block of lines that is redrawn in place, everywhere else a line a job.
///
/// The block has a header and a line for each group of ranks; jobs that ended scroll above it. Time, width and output
/// are given from outside. Used by one thread of rank 0.
final class SweepProgress {
  /// What is shown of every study alike.
  struct Labels {
    /// The metric's name.
    var metric: String
    /// What the budget counts.
    var unit: BudgetUnit
    /// Whether trials may end before their full budget, so that the time left is an upper bound.
    var mayPrune: Bool
  }

  /// Seconds between two drawings of the block.
  private static let interval = 0.1
  /// Jobs that ended between two drawings and are shown.
  private static let endedLimit = 5
  /// Groups that have a line.
  private static let groupLimit = 12

  private let labels: Labels
  private let direction: Direction
  private let fullBudget: Int
  private let style: ProgressStyle
  private let surroundings: ProgressReporter.Surroundings
  /// The job of each group and when it began; nil for a group that waits.
  private var groups: [(job: Job, began: Double)?]
  private var summary = SweepSummary()
  private var pace = SweepPace()
  private var best: (trial: Int, value: Double)?
  /// Lines of jobs that ended since the last drawing.
  private var ended: [String] = []
  private var lastCounted = -Double.infinity
  private var lastDrawn = -Double.infinity
  /// Lines of the block on the terminal, above the cursor.
  private var drawnLines = 0

  /// Begins to show a study.
  ///
  /// - Parameters:
  ///   - study: the study, which may have trials already.
  ///   - labels: what is shown of it.
  ///   - groups: groups of ranks.
  ///   - style: how progress is shown; by default what standard output suggests.
  ///   - surroundings: clock, width and output; by default those of the process.
  init(
    _ study: StudyState, _ labels: Labels, groups: Int, style: ProgressStyle = StandardOutput.style,
    surroundings: ProgressReporter.Surroundings = .init()
  ) {
    self.labels = labels
    direction = study.direction
    fullBudget = study.fullBudget
    self.style = style
    self.surroundings = surroundings
    self.groups = Array(repeating: nil, count: groups)
    update(study)
  }

  /// Shows a message on a line of its own, above the block.
  func show(_ message: String) {
    write(above: [message])
  }

  /// Notes that a group begins a job.
  func began(_ job: Job, group: Int) {
    groups[group] = (job, surroundings.seconds())
    drawIfDue()
  }

  /// Notes that a group has done its job, and shows it; on a terminal with the next drawing.
  ///
  /// - Parameters:
  ///   - job: the job.
  ///   - group: who did it.
  ///   - result: what came of it.
  ///   - seconds: what it took.
  func finished(_ job: Job, group: Int, _ result: JobResult, seconds: Double) {
    groups[group] = nil
    pace.add(job, result, seconds: seconds)
    if let value = completedValue(job, result) { note(job.trial, value) }
    switch style {
    case .live: ended.append(line(job, result, seconds: seconds))
    case .plain: show(line(job, result, seconds: seconds))
    case .none: break
    }
  }

  /// Notes how the study stands, and redraws the block where it is time to.
  ///
  /// - Complexity: linear in the number of trials, at most ten times a second.
  func update(_ study: StudyState) {
    let now = surroundings.seconds()
    if now - lastCounted >= Self.interval {
      lastCounted = now
      summary = SweepSummary(study)
      if let best = study.best, let value = best.value { note(best.number, value) }
    }
    drawIfDue()
  }

  /// Redraws the block where it is time to, so that a long job is seen to go on.
  func drawIfDue() {
    let now = surroundings.seconds()
    guard style == .live, now - lastDrawn >= Self.interval else { return }
    lastDrawn = now
    let hidden = ended.count - Self.endedLimit
    var above = Array(ended.suffix(Self.endedLimit))
    if hidden > 0 { above.insert("… \(hidden) more", at: 0) }
    ended = []
    write(above: above)
  }

  /// Takes the block away and shows what has not been shown.
  func close() {
    let last = ended
    ended = []
    write(above: last, block: [])
  }

  private func note(_ trial: Int, _ value: Double) {
    guard let best else {
      self.best = (trial, value)
      return
    }
    let isBetter = direction.isBetter(value, than: best.value)
    if isBetter || value == best.value && trial < best.trial { self.best = (trial, value) }
  }

  /// The value of a trial that a job completed.
  private func completedValue(_ job: Job, _ result: JobResult) -> Double? {
    switch result {
    case .trained(let reports) where job.end == fullBudget: reports.last?.value
    case .ended(let reports): reports.last?.value
    case .trained, .failed: nil
    }
  }

  /// Writes lines that stay, and the block below them; both take the place of the block drawn before.
  private func write(above lines: [String], block: [String]? = nil) {
    let block = block ?? (style == .live ? self.block : [])
    // The last column stays free: some terminals wrap when it is written.
    let columns = max(0, surroundings.columns() - 1)
    var text = drawnLines > 0 ? "\u{1B}[\(drawnLines)A\r\u{1B}[J" : ""
    for line in lines { text += StandardOutput.printable(line) + "\n" }
    for line in block { text += StandardOutput.printable(line).prefix(columns) + "\n" }
    drawnLines = block.count
    if !text.isEmpty { surroundings.write(text) }
  }

  private var block: [String] {
    let now = surroundings.seconds()
    var lines = [header(now)]
    for (index, group) in groups.prefix(Self.groupLimit).enumerated() {
      lines.append("  group \(index)  " + (group.map { text($0.job, now - $0.began) } ?? "waits"))
    }
    if groups.count > Self.groupLimit {
      let others = groups.dropFirst(Self.groupLimit)
      lines.append(
        "  and \(others.count) more, \(others.count { $0 != nil }) of which train")
    }
    return lines
  }

  private func header(_ now: Double) -> String {
    let running = groups.compactMap { $0 }
    var counts = "\(summary.done) of \(summary.limit) trials done, \(running.count) running"
    if summary.pruned > 0 { counts += ", \(summary.pruned) pruned" }
    if summary.failed > 0 { counts += ", \(summary.failed) failed" }
    var parts = [counts]
    if let best { parts.append("best \(NumberText.score(best.value)) (trial \(best.trial))") }
    let elapsed = running.reduce(0) { $0 + now - $1.began }
    if let seconds = pace.remaining(
      units: summary.remaining, elapsed: elapsed, groups: groups.count)
    {
      parts.append(
        "\(labels.mayPrune ? "at most" : "about") \(NumberText.duration(seconds: seconds)) left")
    }
    return parts.joined(separator: "; ")
  }

  private func text(_ job: Job, _ elapsed: Double) -> String {
    let expected = pace.secondsPerUnit.map { perUnit in
      " of about " + NumberText.duration(seconds: perUnit * Double(job.end - job.start))
    }
    return "trial \(job.trial)  \(labels.unit.rawValue) \(job.start) to \(job.end)  "
      + NumberText.duration(seconds: elapsed) + (expected ?? "")
  }

  /// A job that ended, on a line: `trial 12  9/9 epochs  accuracy 0.9671  best 0.9701 (trial 7)  1.2 s`.
  private func line(_ job: Job, _ result: JobResult, seconds: Double) -> String {
    let (reports, reason): ([Report], String?) =
      switch result {
      case .trained(let reports), .ended(let reports): (reports, nil)
      case .failed(let reports, let reason): (reports, reason)
      }
    let budget = reports.last?.budget ?? job.start
    var parts = ["trial \(job.trial)", "\(budget)/\(fullBudget) \(labels.unit.rawValue)"]
    if let reason {
      parts.append("failed: \(reason.split(separator: "\n").first ?? "")")
    } else if let value = reports.last?.value {
      parts.append("\(labels.metric) \(NumberText.score(value))")
    }
    if let best { parts.append("best \(NumberText.score(best.value)) (trial \(best.trial))") }
    parts.append(NumberText.span(seconds: seconds))
    return parts.joined(separator: "  ")
  }
}
