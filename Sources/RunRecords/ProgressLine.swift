/// The state of an epoch, laid out in one line of a given width.
struct ProgressLine {
  /// What comes first: `epoch 3/20`.
  var title: String
  /// Steps done in the epoch.
  var completed: Int
  /// Steps of the epoch.
  var total: Int
  /// Metrics, the most important first.
  var metrics: [MetricsRecord.Value]
  /// How fast it goes: `1.9k samples/s`; nil where that is not known yet.
  var rate: String?
  /// Seconds to the end of the epoch; nil where that is not known yet.
  var remaining: Double?

  private var percent: String {
    // Rounded down: 100 % means done.
    let percent = total > 0 ? min(100, completed * 100 / total) : 100
    return String(repeating: " ", count: 3 - String(percent).count) + "\(percent)%"
  }

  private var metricTexts: [String] {
    metrics.map { "\($0.name) \(NumberText.metric($0.value))" }
  }

  private var eta: String {
    "eta " + (remaining.map { NumberText.duration(seconds: $0) } ?? "--:--")
  }

  /// The line without a bar, for logs.
  var plain: String {
    let parts = [metricTexts.joined(separator: " "), rate ?? "", eta].filter { !$0.isEmpty }
    return (["\(title)  \(percent)  \(completed)/\(total)"] + parts).joined(separator: "  ")
  }

  /// The line for a terminal, at most `columns` characters.
  ///
  /// Where it is too long, first the rate goes, then metrics from the last, then the number of
  /// steps and the bar; what is left is cut.
  func live(columns: Int) -> String {
    var rate = rate
    var metrics = metricTexts
    while true {
      let parts = [
        "\(completed)/\(total)", metrics.joined(separator: " "), rate ?? "", eta,
      ].filter { !$0.isEmpty }
      let tail = ([percent] + parts).joined(separator: "  ")
      let room = columns - title.count - tail.count - 2
      if room >= 5 { return "\(title) \(bar(min(room, 20))) \(tail)" }
      if rate != nil {
        rate = nil
      } else if !metrics.isEmpty {
        metrics.removeLast()
      } else {
        return String("\(title) \(percent)  \(eta)".prefix(max(0, columns)))
      }
    }
  }

  private func bar(_ width: Int) -> String {
    let filled = total > 0 ? min(width, (completed * width + total / 2) / total) : width
    let tip = filled > 0 && filled < width ? ">" : ""
    return String(repeating: "=", count: filled - tip.count) + tip
      + String(repeating: ".", count: width - filled)
  }
}
