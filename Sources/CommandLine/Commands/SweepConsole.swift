internal import HyperparameterSearch
internal import MessagePassing
internal import Optimizers
internal import RunRecords
internal import StudyExecution

/// Shows a study on the terminal: a banner in words, progress, and the best trial.
final class SweepConsole: StudyObserver {
  private let study: StudyConfiguration
  private let groups: TrialGroups
  private let style: ProgressStyle
  private var progress: SweepProgress?

  /// Shows a study.
  init(_ study: StudyConfiguration, groups: TrialGroups, style: ProgressStyle) {
    self.study = study
    self.groups = groups
    self.style = style
  }

  /// Hears of an event.
  func handle(_ event: StudyEvent) {
    switch event {
    case .started(let state):
      let progress = SweepProgress(
        state,
        SweepProgress.Labels(
          metric: study.metric.quantity.rawValue, unit: study.budgetUnit,
          mayPrune: study.scheduler.reacts), groups: groups.count, style: style)
      self.progress = progress
      if style != .none { banner(state).forEach(progress.show) }
      warnings.forEach { progress.show("warning: \($0)") }
    case .began(let job, let group): progress?.began(job, group: group)
    case .ended(let job, let group, let report):
      if case .done(let result) = report.outcome {
        progress?.finished(job, group: group, result, seconds: report.seconds)
      }
    case .advanced(let state): progress?.update(state)
    case .working: progress?.drawIfDue()
    case .warning(let text): progress?.show("warning: \(text)")
    }
  }

  /// Ends the showing.
  func close() {
    progress?.close()
  }

  private func banner(_ state: StudyState) -> [String] {
    let known = state.trials.count { $0.state.isOver }
    let ranks = NumberText.count(groups.size, "rank")
    let places = NumberText.count(groups.count, "group")
    return [
      "\(study.name): \(NumberText.count(state.trialLimit, "trial")) of up to \(study.budgetUnit.text(study.fullBudget)); "
        + "\(NumberText.count(study.space.parameters.count, "parameter")), sampler \(type(of: study.sampler).kind), "
        + "scheduler \(type(of: study.scheduler).kind)",
      "\(study.metric.rawValue) is to be \(study.direction == .minimize ? "small" : "large"); "
        + "\(places) of \(ranks); same trials and values on any number of groups"
        + (known > 0 ? "; \(known) trials are done already" : ""),
    ]
  }

  /// What does not suit the ranks of this job.
  private var warnings: [String] {
    var warnings: [String] = []
    if groups.size < study.ranksPerTrial {
      warnings.append(
        "ranks_per_trial is \(study.ranksPerTrial), but there is only \(groups.size): all train one trial"
      )
    }
    if groups.idleRanks > 0 {
      warnings.append(
        "\(groups.world.size) ranks are not a multiple of ranks_per_trial \(study.ranksPerTrial): "
          + "\(groups.idleRanks) do nothing")
    }
    let depends = study.sampler.learns || study.scheduler.reacts
    if depends, groups.count > study.concurrency {
      warnings.append(
        "only \(study.concurrency) of \(groups.count) groups will train: `concurrency` is \(study.concurrency)"
      )
    }
    return warnings
  }
}
