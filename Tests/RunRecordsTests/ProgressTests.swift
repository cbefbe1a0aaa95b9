import RunRecords
import Testing

@Suite("Progress")
struct ProgressTests {
  /// A clock that is set by hand, a window of a given width, and all that was written.
  final class Screen {
    var time = 1000.0
    var columns = 120
    var text = ""

    var surroundings: ProgressReporter.Surroundings {
      .init(seconds: { self.time }, columns: { self.columns }, write: { self.text += $0 })
    }
  }

  static let metrics: [MetricsRecord.Value] = [.init("loss", 0.4123), .init("acc", 0.853)]

  /// An epoch of 211 steps stopped at step 131 after 67.2 seconds.
  func draw(_ screen: Screen, _ style: ProgressStyle = .live) -> ProgressReporter {
    let reporter = ProgressReporter(style: style, surroundings: screen.surroundings)
    reporter.beginEpoch(3, of: 20, stepCount: 211)
    screen.time += 67.2
    reporter.update(completed: 131, samples: 127_600) { Self.metrics }
    return reporter
  }

  @Test("the live line shows bar, steps, metrics, rate and time left")
  func live() {
    let line =
      "epoch 3/20 ======>....  62%  131/211  loss 0.412 acc 0.853  1.9k samples/s  eta 00:41"
    let screen = Screen()
    screen.columns = line.count + 1
    _ = draw(screen)
    #expect(screen.text == "\r" + line + "\u{1B}[K")
  }

  @Test("the live line fits any width", arguments: 1...140)
  func width(columns: Int) {
    let screen = Screen()
    screen.columns = columns
    _ = draw(screen)
    let line = screen.text.dropFirst().dropLast(3)
    #expect(line.count < columns)
    #expect(line.contains("eta 00:41") == (columns > 26), "\(line)")
    #expect(line.contains("samples/s") == (columns >= 80), "\(line)")
  }

  @Test("at most ten drawings a second, and metrics are only computed for those")
  func throttled() {
    let screen = Screen()
    let reporter = ProgressReporter(style: .live, surroundings: screen.surroundings)
    reporter.beginEpoch(1, of: nil, stepCount: 100_000)
    var computed = 0
    for step in 1...10_000 {
      screen.time += 0.001
      reporter.update(completed: step, samples: step) {
        computed += 1
        return []
      }
    }
    let drawings = screen.text.split(separator: "\r").count
    #expect(drawings == computed)
    #expect((90...101).contains(drawings))
  }

  @Test("an epoch ends as one line that stays, in place of the live line")
  func summary() {
    let screen = Screen()
    let reporter = draw(screen)
    screen.text = ""
    screen.time += 41
    reporter.update(completed: 211, samples: 205_600) { Self.metrics }
    screen.text = ""
    reporter.endEpoch(metrics: Self.metrics + [.init("validation/loss", 0.5)])
    #expect(
      screen.text
        == "\r\u{1B}[Kepoch 3/20  loss 0.412 acc 0.853 validation/loss 0.500  1.9k samples/s  01:48\n"
    )
    screen.text = ""
    reporter.close()
    #expect(screen.text == "")
  }

  @Test("messages stand above the live line, and closing leaves a fresh line")
  func messages() {
    let screen = Screen()
    let reporter = draw(screen)
    screen.text = ""
    reporter.show("checkpoint written")
    #expect(screen.text == "\r\u{1B}[Kcheckpoint written\n")
    screen.time += 1
    reporter.update(completed: 140, samples: 140) { [] }
    screen.text = ""
    reporter.close()
    reporter.close()
    #expect(screen.text == "\n")
  }

  @Test("plain output has a line an epoch and one every half minute, without control characters")
  func plain() {
    let screen = Screen()
    let reporter = ProgressReporter(style: .plain, surroundings: screen.surroundings)
    for epoch in 1...3 {
      reporter.beginEpoch(epoch, of: 3, stepCount: 700)
      for step in 1...700 {
        screen.time += 0.1
        reporter.update(completed: step, samples: step * 10) { [.init("loss\u{1B}[31m\r", 1)] }
      }
      reporter.endEpoch(metrics: [.init("loss", 0.5)])
    }
    reporter.show("saved\r\u{1B}[K")
    reporter.close()
    let lines = screen.text.split(separator: "\n")
    #expect(lines.count == 3 * 3 + 1)
    #expect(!screen.text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    #expect(lines[0].hasPrefix("epoch 1/3   4"))
    #expect(lines[0].contains("loss [31m  1.000"))
    #expect(lines[2] == "epoch 1/3  loss 0.500  100 samples/s  01:10")
  }

  @Test("short epochs have one plain line each")
  func shortEpochs() {
    let screen = Screen()
    let reporter = ProgressReporter(style: .plain, surroundings: screen.surroundings)
    for epoch in 1...50 {
      reporter.beginEpoch(epoch, of: 50, stepCount: 10)
      for step in 1...10 {
        screen.time += 0.2
        reporter.update(completed: step, samples: step) { [] }
      }
      reporter.endEpoch(metrics: [])
    }
    #expect(screen.text.split(separator: "\n").count == 50)
  }

  @Test("no style shows nothing but messages")
  func none() {
    let screen = Screen()
    let reporter = draw(screen, .none)
    reporter.endEpoch(metrics: Self.metrics)
    reporter.close()
    #expect(screen.text == "")
    reporter.show("stopped")
    #expect(screen.text == "stopped\n")
  }

  @Test("what an earlier launch did of an epoch counts for the bar, not for the speed")
  func resumed() {
    let screen = Screen()
    let reporter = ProgressReporter(style: .live, surroundings: screen.surroundings)
    reporter.beginEpoch(2, of: 2, stepCount: 100, completed: 90)
    reporter.update(completed: 90, samples: 0) { [] }
    #expect(screen.text.contains(" 90%  90/100  eta --:--"))
    screen.time += 5
    reporter.update(completed: 95, samples: 500) { [] }
    #expect(screen.text.contains("95/100  100 samples/s  eta 00:05"))
  }

  @Test(
    "a live line needs a terminal that somebody looks at",
    arguments: [
      (true, 80, "xterm-256color", nil, .live), (true, 0, "xterm-256color", nil, .plain),
      (false, 80, "xterm", nil, .plain), (true, 80, "dumb", nil, .plain),
      (true, 80, nil, nil, .plain),
      (true, 80, "xterm", "true", .plain), (true, 80, "xterm", "1", .plain),
      (true, 80, "xterm", "", .live), (true, 80, "xterm", "false", .live),
    ] as [(Bool, Int, String?, String?, ProgressStyle)])
  func automatic(
    isTerminal: Bool, columns: Int, terminal: String?, automated: String?, style: ProgressStyle
  ) {
    let chosen = ProgressStyle.automatic(isTerminal: isTerminal, columns: columns) {
      ["TERM": terminal, "CI": automated][$0] ?? nil
    }
    #expect(chosen == style)
  }
}
