package import Checkpoints
internal import Configuration
internal import Datasets
internal import Networks
internal import Optimizers
internal import Options

extension TrainingPlan {
  /// What says which checkpoints are the best: the monitor of early stopping, else the accuracy or the
  /// loss of validations.
  static func monitor(_ settings: TrainSettings, metrics: MetricSet) -> Monitor {
    settings.earlyStopping?.monitor
      ?? Monitor(metrics == .accuracy ? .validationAccuracy : .validationLoss)
  }

  /// Which checkpoints are kept; one that the end of the run may restore always is.
  package var retention: Retention {
    let restoresBest = settings.earlyStopping?.restoresBest == true
    return Retention(
      keepLast: settings.checkpoint.keepLast,
      keepBest: max(settings.checkpoint.keepBest, restoresBest ? 1 : 0),
      monitor: monitor.metric.rawValue, direction: monitor.mode == .max ? .maximize : .minimize)
  }

  /// Refuses a schedule or a monitor that does not suit the run.
  ///
  /// - Throws: `OptionsError` with all problems and their places.
  func checkMonitors() throws(OptionsError) {
    let diagnostics = Diagnostics()
    do throws(OptionsError) {
      try schedule.check(totalSteps: totalSteps, stepsPerEpoch: batches.stepsPerEpoch)
    } catch {
      error.problems.forEach(diagnostics.report)
    }
    if let plateau { check(plateau.monitor, of: ReduceOnPlateau.kind, diagnostics) }
    if let rule = settings.earlyStopping {
      check(rule.monitor, of: "train.early_stopping", diagnostics)
    }
    try diagnostics.throwIfAny()
  }

  private func check(_ monitor: Monitor, of owner: String, _ diagnostics: Diagnostics) {
    let metric = monitor.metric
    if metric.part == .validation, data.validation == nil {
      diagnostics.report(
        "\(owner) monitors \(metric.rawValue), but the data has no validation part",
        at: monitor.mark,
        hint: "hold one out with `data.validation: {fraction: 0.1}`, or monitor `train/loss`")
    }
    if !metric.quantity.isMeasured(in: metrics) {
      let known = RunMetric.Quantity.allCases.filter {
        $0.isMeasured(in: metrics)
      }
      diagnostics.report(
        "\(owner) monitors \(metric.rawValue), which is not measured with the loss "
          + type(of: loss).kind, at: monitor.mark,
        hint: "measured are: " + known.map(\.rawValue).joined(separator: ", "))
    }
  }
}
