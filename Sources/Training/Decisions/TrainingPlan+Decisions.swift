internal import Configuration
internal import Datasets
package import Networks
package import Optimizers

// What a run decides by its own metrics. Every lane of every rank takes these decisions by itself,
// from sums that all of them read out of the same records: no two can differ.

extension TrainingPlan {
  /// The learning rate of a step.
  ///
  /// - Parameters:
  ///   - step: the step, from 0; after the last one the rate stays as it was there.
  ///   - reductions: how often ``take(_:of:isDue:into:)`` reduced the rate.
  /// - Returns: the rate, the same bits on every lane.
  func learningRate(step: Int, reductions: Int = 0) -> Double {
    schedule.learningRate(
      from: optimizer.learningRate,
      at: SchedulePosition(
        step: step, totalSteps: totalSteps, stepsPerEpoch: batches.stepsPerEpoch,
        reductions: reductions))
  }

  /// Takes what was measured after a step: notes the best, counts what did not improve.
  ///
  /// - Parameters:
  ///   - sums: what was measured.
  ///   - part: on which part of the data.
  ///   - isDue: whether it was time to. The validation that ends a run may come out of turn, and a run
  ///     that goes on from there has to count as if there had been none.
  ///   - progress: how far the run is.
  /// - Returns: the reduction of the learning rate where there was one.
  func take(
    _ sums: LossSums, of part: RunMetric.Part, isDue: Bool, into progress: inout TrainingProgress
  ) -> RateReduction? {
    if monitor.metric.part == part {
      progress.note(monitor.metric.quantity.value(of: sums), by: monitor)
    }
    guard isDue else { return nil }
    if let rule = settings.earlyStopping, rule.monitor.metric.part == part {
      let value = rule.monitor.metric.quantity.value(of: sums)
      progress.stagnation.observe(value, step: progress.step, rule: rule)
    }
    return reduceRate(sums, of: part, in: &progress)
  }

  /// Lets the schedule see a measurement; one within the warm-up is not counted.
  private func reduceRate(
    _ sums: LossSums, of part: RunMetric.Part, in progress: inout TrainingProgress
  ) -> RateReduction? {
    guard let plateau, plateau.monitor.metric.part == part,
      progress.step >= schedule.warmupSteps(perEpoch: batches.stepsPerEpoch)
    else { return nil }
    let metric = plateau.monitor.metric
    let former = learningRate(step: progress.step, reductions: progress.plateau.reductions)
    let isReduced = plateau.observe(
      metric.quantity.value(of: sums), in: &progress.plateau, base: optimizer.learningRate)
    guard isReduced else { return nil }
    let rate = learningRate(step: progress.step, reductions: progress.plateau.reductions)
    return RateReduction(
      step: progress.step, from: former, to: rate, metric: metric, best: progress.plateau.best)
  }

  /// Why a run that got so far ends before its last step; nil where it goes on or is done.
  package func earlyStop(_ progress: TrainingProgress) -> EarlyStop? {
    // Asked after every step, and mostly answered by the first condition.
    guard progress.stagnation.waited > 0, progress.step < totalSteps,
      let rule = settings.earlyStopping, progress.stagnation.waited >= rule.patience
    else { return nil }
    return EarlyStop(
      step: progress.step, metric: rule.monitor.metric, stagnation: progress.stagnation)
  }

  /// Whether the parameters of this step must be kept, for the end of the run may restore them.
  package func keeps(_ progress: TrainingProgress) -> Bool {
    settings.earlyStopping?.restoresBest == true && progress.bestStep == progress.step
  }

  /// Which parameters a run that ends here has in place of its last ones; nil where those are it.
  func restoredBest(_ progress: TrainingProgress) -> RestoredBest? {
    guard settings.earlyStopping?.restoresBest == true, let step = progress.bestStep,
      let value = progress.bestValue, step != progress.step
    else { return nil }
    return RestoredBest(step: step, metric: monitor.metric, value: value)
  }
}

extension RunMetric.Quantity {
  /// Whether runs that report these metrics measure it.
  package func isMeasured(in metrics: MetricSet) -> Bool {
    switch self {
    case .loss: true
    case .accuracy: metrics == .accuracy
    case .rmse, .mae: metrics == .errors
    }
  }

  /// The quantity over the samples that were summed.
  package func value(of sums: LossSums) -> Double {
    switch self {
    case .loss: sums.meanLoss
    case .accuracy: sums.accuracy
    case .rmse: sums.rootMeanSquaredError
    case .mae: sums.meanAbsoluteError
    }
  }
}
