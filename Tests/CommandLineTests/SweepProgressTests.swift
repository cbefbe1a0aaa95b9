import HyperparameterSearch
import RunRecords
import Testing

@testable import CommandLine

@Suite("The progress of a sweep")
struct SweepProgressTests {
  /// A clock that is set by hand, a window of a given width, and all that was written.
  final class Screen {
    var time = 1000.0
    var columns = 120
    var text = ""

    var surroundings: ProgressReporter.Surroundings {
      .init(seconds: { self.time }, columns: { self.columns }, write: { self.text += $0 })
    }

    /// What a terminal shows: it moves its cursor up and clears to the end as it is told to.
    var lines: [String] {
      var lines = [""]
      var rest = text[...]
      while let character = rest.popFirst() {
        switch character {
        case "\n": lines.append("")
        case "\r": lines[lines.count - 1] = ""
        case "\u{1B}":
          let code = rest.prefix { !$0.isLetter }
          rest = rest.dropFirst(code.count)
          if rest.popFirst() == "A" { lines.removeLast(Int(code.dropFirst()) ?? 0) }
        default: lines[lines.count - 1].append(character)
        }
      }
      return lines
    }
  }

  /// A study of full trainings with four workers.
  static func engine(trials: Int) -> StudyEngine {
    StudyEngine(
      StudyState(
        space: SearchSpace([Parameter("x", .float(low: 0, high: 1, step: nil, isLog: false))]),
        direction: .maximize, seed: 1, fullBudget: 9, trialLimit: trials),
      sampler: RandomSampler(), scheduler: FullTraining(), concurrency: 4)
  }

  static func progress(
    _ engine: StudyEngine, _ screen: Screen, _ style: ProgressStyle, groups: Int = 2,
    mayPrune: Bool = false
  ) -> SweepProgress {
    SweepProgress(
      engine.study, .init(metric: "accuracy", unit: .epochs, mayPrune: mayPrune), groups: groups,
      style: style, surroundings: screen.surroundings)
  }

  static func trained(_ value: Double) -> JobResult { .trained([Report(budget: 9, value: value)]) }

  @Test("plain progress is a line a job, with the best so far")
  func plain() {
    var engine = Self.engine(trials: 3)
    let jobs = engine.takeJobs()
    let screen = Screen()
    let progress = Self.progress(engine, screen, .plain)
    let results = [
      Self.trained(0.9701), .failed([Report(budget: 4, value: .nan)], reason: "diverged\nat 7"),
      Self.trained(0.96712),
    ]
    for (job, result) in zip(jobs, results) {
      progress.began(job, group: 0)
      screen.time += 1.2
      progress.finished(job, group: 0, result, seconds: 1.2)
      engine.finish(job.number, result)
      progress.update(engine.study)
    }
    progress.close()
    #expect(
      screen.text == """
        trial 0  9/9 epochs  accuracy 0.9701  best 0.9701 (trial 0)  1.2 s
        trial 1  4/9 epochs  failed: diverged  best 0.9701 (trial 0)  1.2 s
        trial 2  9/9 epochs  accuracy 0.9671  best 0.9701 (trial 0)  1.2 s

        """)
  }

  @Test("on a terminal a block of groups is redrawn below the jobs that ended")
  func live() {
    var engine = Self.engine(trials: 4)
    let jobs = engine.takeJobs()
    let screen = Screen()
    let progress = Self.progress(engine, screen, .live)
    progress.show("digits: 4 trials")
    progress.began(jobs[0], group: 0)
    screen.time += 9
    progress.began(jobs[1], group: 1)
    #expect(
      screen.lines == [
        "digits: 4 trials", "0 of 4 trials done, 2 running",
        "  group 0  trial 0  epochs 0 to 9  00:09", "  group 1  trial 1  epochs 0 to 9  00:00", "",
      ])
    screen.time += 9
    progress.finished(jobs[0], group: 0, Self.trained(0.5), seconds: 18)
    engine.finish(0, Self.trained(0.5))
    progress.update(engine.study)
    // Three trials of 18 seconds are left to two groups, one of which is half done.
    #expect(
      screen.lines == [
        "digits: 4 trials", "trial 0  9/9 epochs  accuracy 0.5000  best 0.5000 (trial 0)  18.0 s",
        "1 of 4 trials done, 1 running; best 0.5000 (trial 0); about 00:23 left",
        "  group 0  waits", "  group 1  trial 1  epochs 0 to 9  00:09 of about 00:18", "",
      ])
    progress.close()
    #expect(
      screen.lines == [
        "digits: 4 trials", "trial 0  9/9 epochs  accuracy 0.5000  best 0.5000 (trial 0)  18.0 s",
        "",
      ])
  }

  @Test("the block fits any width", arguments: 1...100)
  func width(columns: Int) {
    let engine = Self.engine(trials: 4)
    let screen = Screen()
    screen.columns = columns
    let progress = Self.progress(engine, screen, .live, groups: 20)
    progress.drawIfDue()
    #expect(screen.lines.count == 15)
    #expect(screen.lines.allSatisfy { $0.count < columns })
  }

  @Test("many short jobs cost at most ten drawings a second, and hidden ones are counted")
  func throttled() {
    var engine = Self.engine(trials: 1000)
    let screen = Screen()
    let progress = Self.progress(engine, screen, .live, mayPrune: true)
    for job in engine.takeJobs() {
      progress.began(job, group: 0)
      screen.time += 0.005
      progress.finished(job, group: 0, Self.trained(0.5), seconds: 0.005)
      engine.finish(job.number, Self.trained(0.5))
      progress.update(engine.study)
    }
    let drawings = screen.text.split(separator: "trials done").count - 1
    #expect((40...52).contains(drawings))
    #expect(screen.lines.contains("… 16 more"))
    #expect(screen.text.contains("; at most 00:0"))
    progress.close()
    let shown = screen.lines.filter { $0.hasPrefix("trial ") }.count
    let hidden = screen.lines.compactMap { line in
      line.hasPrefix("… ") ? Int(line.dropFirst(2).prefix { $0.isNumber }) : nil
    }.reduce(0, +)
    #expect(shown + hidden == 1000)
  }

  @Test("nothing is shown where nothing is asked for, but messages")
  func none() {
    let engine = Self.engine(trials: 1)
    let screen = Screen()
    let progress = Self.progress(engine, screen, .none)
    var copy = engine
    let job = copy.takeJobs()[0]
    progress.began(job, group: 0)
    progress.finished(job, group: 0, Self.trained(0.5), seconds: 1)
    progress.show("the end")
    progress.close()
    #expect(screen.text == "the end\n")
  }

  @Test("a summary counts states and what is left")
  func summary() {
    var engine = Self.engine(trials: 3)
    #expect(SweepSummary(engine.study).remaining == 27)
    engine.finish(0, .failed([], reason: "no"))
    engine.finish(1, Self.trained(1))
    let summary = SweepSummary(engine.study)
    #expect(
      (summary.done, summary.failed, summary.pruned, summary.remaining, summary.limit)
        == (2, 1, 0, 9, 3))
  }
}
