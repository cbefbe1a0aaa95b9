/// Shows how a run gets on: a live line on a terminal, a few plain lines everywhere else.
///
/// Time, width and output are given from outside. Used by one thread of rank 0.
package final class ProgressReporter {
  /// Where the reporter gets its time and width from and where its text goes.
  package struct Surroundings {
    /// Seconds of a clock that never jumps.
    package var seconds: () -> Double
    /// The terminal's width now; it changes when the window does.
    package var columns: () -> Int
    /// Takes text.
    package var write: (String) -> Void

    /// Collects the three.
    package init(
      seconds: @escaping () -> Double = StandardOutput.seconds,
      columns: @escaping () -> Int = { StandardOutput.columns },
      write: @escaping (String) -> Void = StandardOutput.write
    ) {
      self.seconds = seconds
      self.columns = columns
      self.write = write
    }
  }

  /// Seconds between two drawings of the live line.
  private static let liveInterval = 0.1
  /// Seconds between two plain lines within an epoch.
  private static let plainInterval = 30.0

  /// How progress is shown.
  package let style: ProgressStyle
  private let unit: String
  private let surroundings: Surroundings

  private var title = ""
  private var total = 0
  private var firstStep = 0
  private var samples = 0
  private var began = 0.0
  private var lastShown = -Double.infinity
  private var isLineOpen = false

  /// Makes a reporter.
  ///
  /// - Parameters:
  ///   - style: How progress is shown; by default what standard output suggests.
  ///   - unit: What is counted a second: `samples`, `tokens`.
  ///   - surroundings: Clock, width and output; by default those of the process.
  package init(
    style: ProgressStyle = StandardOutput.style, unit: String = "samples",
    surroundings: Surroundings = Surroundings()
  ) {
    self.style = style
    self.unit = unit
    self.surroundings = surroundings
  }

  /// Starts an epoch.
  ///
  /// - Parameters:
  ///   - epoch: Its number, from 1.
  ///   - epochs: How many there will be; nil where that is not known.
  ///   - stepCount: Its steps.
  ///   - completed: Steps of it that an earlier launch did.
  package func beginEpoch(_ epoch: Int, of epochs: Int?, stepCount: Int, completed: Int = 0) {
    title = "epoch \(epoch)" + (epochs.map { "/\($0)" } ?? "")
    total = stepCount
    firstStep = completed
    samples = 0
    began = surroundings.seconds()
    if style == .plain { lastShown = began }
  }

  /// Notes progress within the epoch, and shows it where it is time to.
  ///
  /// - Parameters:
  ///   - completed: Steps of the epoch that are done.
  ///   - samples: Samples, or whatever the unit is, since
  ///     ``beginEpoch(_:of:stepCount:completed:)``.
  ///   - metrics: The metrics so far, the most important first; only called where they are shown.
  package func update(completed: Int, samples: Int, metrics: () -> [MetricsRecord.Value]) {
    self.samples = samples
    let now = surroundings.seconds()
    switch style {
    case .live where now - lastShown >= Self.liveInterval:
      let line = line(completed, metrics(), now)
      // The last column stays free: some terminals wrap when it is written.
      draw(line.live(columns: surroundings.columns() - 1))
      lastShown = now
    case .plain where now - lastShown >= Self.plainInterval:
      surroundings.write(StandardOutput.printable(line(completed, metrics(), now).plain) + "\n")
      lastShown = now
    default:
      break
    }
  }

  /// Ends the epoch with one line that stays.
  ///
  /// - Parameter metrics: Its metrics, those of validation too.
  package func endEpoch(metrics: [MetricsRecord.Value]) {
    let now = surroundings.seconds()
    var parts = [title]
    if !metrics.isEmpty {
      parts.append(
        metrics.map { "\($0.name) \(NumberText.metric($0.value))" }.joined(separator: " "))
    }
    if let rate = rate(now) { parts.append(rate) }
    parts.append(NumberText.duration(seconds: now - began))
    if style != .none { show(parts.joined(separator: "  ")) }
    if style == .plain { lastShown = now }
  }

  /// Shows a message on lines of its own, above the live line.
  package func show(_ message: String) {
    let start = isLineOpen ? "\r\u{1B}[K" : ""
    isLineOpen = false
    surroundings.write(start + StandardOutput.printable(message) + "\n")
  }

  /// Leaves the cursor on a fresh line; called when a run ends within an epoch.
  package func close() {
    if isLineOpen { surroundings.write("\n") }
    isLineOpen = false
  }

  private func draw(_ line: String) {
    surroundings.write("\r" + StandardOutput.printable(line) + "\u{1B}[K")
    isLineOpen = true
  }

  private func line(
    _ completed: Int, _ metrics: [MetricsRecord.Value], _ now: Double
  ) -> ProgressLine {
    let steps = completed - firstStep
    let remaining = steps > 0 ? (now - began) * Double(total - completed) / Double(steps) : nil
    return ProgressLine(
      title: title, completed: completed, total: total, metrics: metrics, rate: rate(now),
      remaining: remaining)
  }

  private func rate(_ now: Double) -> String? {
    guard now > began && samples > 0 else { return nil }
    return "\(NumberText.count(Double(samples) / (now - began))) \(unit)/s"
  }
}
