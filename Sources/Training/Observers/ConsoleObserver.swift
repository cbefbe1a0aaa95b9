internal import Networks
package import RunRecords
internal import Tensors

/// Shows a run on the terminal: a banner in words, progress, and the results.
package final class ConsoleObserver: TrainingObserver {
  private let reporter: ProgressReporter
  private let epochs: Int?
  private var run: RunDescription?
  private var samplesInEpoch = 0.0
  private var epochSums = LossSums()
  private var gradients = GradientWatch()
  /// The last step of an epoch whose line has not been shown.
  private var lastStep: TrainingReport?

  /// Shows a run.
  ///
  /// - Parameters:
  ///   - reporter: draws the progress.
  ///   - epochs: how many epochs there will be; nil for a run by steps.
  package init(_ reporter: ProgressReporter, epochs: Int?) {
    self.reporter = reporter
    self.epochs = epochs
  }

  /// Hears of an event.
  package func handle(_ event: TrainingEvent) {
    switch event {
    case .started(let description):
      run = description
      for line in Self.banner(description) { reporter.show(line) }
      beginEpoch(after: description.startStep)
    case .step(let report): step(report)
    case .tensorNorms(let report):
      for warning in gradients.look(at: report) { reporter.show("warning: \(warning)") }
    case .epoch(let report): finish(report)
    case .validation(let report): showValidation(report)
    case .test(let report): reporter.show("test        \(text(report))")
    case .reducedLearningRate(let reduction):
      if reporter.style != .none { reporter.show("  \(reduction)") }
    case .stoppedEarly(let stop):
      finishPart()
      if let summary = gradients.summary { reporter.show(summary) }
      reporter.show("\(stop)")
    case .restored(let best): reporter.show("\(best)")
    case .checkpointsCompleted(let pauses):
      reporter.close()
      if reporter.style != .none { reporter.show(Self.text(pauses)) }
    case .warning(let text): reporter.show("warning: \(text)")
    case .log, .checkpoint: break
    }
  }

  private func step(_ report: TrainingReport) {
    guard let run else { return }
    lastStep = report
    samplesInEpoch += report.sums.count / Double(run.targetsPerSample)
    epochSums = epochSums + report.sums
    let completed = (report.step - 1) % run.stepsPerEpoch + 1
    reporter.update(completed: completed, samples: Int(samplesInEpoch)) {
      var soFar = report
      soFar.sums = epochSums
      return soFar.shown(run.metrics)
    }
    if report.step == run.totalSteps { finishPart() }
  }

  /// Tells of the epoch within which a run ended, of which nobody else tells.
  private func finishPart() {
    guard let run, var part = lastStep, part.step % run.stepsPerEpoch != 0 else { return }
    part.sums = epochSums
    finish(part)
  }

  private func finish(_ report: TrainingReport) {
    guard let run else { return }
    lastStep = nil
    reporter.endEpoch(metrics: report.shown(run.metrics))
    if report.step < run.totalSteps {
      beginEpoch(after: report.step)
    } else if let summary = gradients.summary {
      reporter.show(summary)
    }
  }

  private func showValidation(_ report: TrainingReport) {
    // It belongs to the epoch's line, which is not shown either.
    if reporter.style != .none { reporter.show("  validation  \(text(report))") }
  }

  private func beginEpoch(after step: Int) {
    guard let run else { return }
    samplesInEpoch = 0
    epochSums = LossSums()
    reporter.beginEpoch(
      step / run.stepsPerEpoch + 1, of: epochs, stepCount: run.stepsPerEpoch,
      completed: step % run.stepsPerEpoch)
  }

  private func text(_ report: TrainingReport) -> String {
    report.values(run?.metrics ?? .accuracy).map {
      "\($0.name) \(NumberText.metric($0.value))"
    }.joined(separator: "  ")
  }

  /// What checkpoints cost, below the results.
  static func text(_ pauses: CheckpointPauses) -> String {
    "checkpoints \(pauses.count) written in the background; training paused "
      + "\(NumberText.span(seconds: pauses.seconds)) for \(pauses.count == 1 ? "it" : "them"), "
      + "\(NumberText.percent(pauses.share)) of the run"
  }

  /// The start banner, a line an element.
  static func banner(_ run: RunDescription) -> [String] {
    let lanes = run.ranks * run.workers
    let perLane =
      run.shards % lanes == 0 ? "\(run.shards / lanes)" : "\(run.shards / lanes) or 1 more"
    let shardSize =
      run.globalBatch % run.shards == 0
      ? "\(run.globalBatch / run.shards)" : "about \(run.globalBatch / run.shards)"
    var held: [String] = []
    if run.validationSamples > 0 { held.append("\(run.validationSamples.grouped) validation") }
    if run.testSamples > 0 { held.append("\(run.testSamples.grouped) test") }
    var lines = [
      "\(run.name): \(run.parameters.grouped) parameters; "
        + (["\(run.samples.grouped) training"] + held).joined(separator: ", ") + " samples",
      "global batch \(run.globalBatch) = \(run.shards) shards x \(shardSize); \(run.ranks) "
        + "\(run.ranks == 1 ? "rank" : "ranks") x \(run.workers) "
        + "\(run.workers == 1 ? "worker" : "workers") run \(perLane) each; "
        + "same bits on any ranks x workers up to \(run.shards)",
      "\(run.stepsPerEpoch.grouped) steps an epoch, \(run.totalSteps.grouped) in all; gradients by \(run.exchange); "
        + "\(run.instructionSet)",
    ]
    if run.startStep > 0 { lines.append("resumed after step \(run.startStep)") }
    return lines + run.warnings.map { "warning: \($0)" }
  }
}
