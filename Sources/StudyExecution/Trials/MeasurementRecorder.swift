internal import HyperparameterSearch
internal import Networks
internal import Optimizers
internal import Synchronization
internal import Training

/// Collects the values of a study's metric while a trial trains.
///
/// The thread that trains writes, the one that writes checkpoints reads.
final class MeasurementRecorder: TrainingObserver, Sendable {
  private let metric: RunMetric
  /// Steps of a unit of the budget.
  private let stepsPerUnit: Int
  private let state: Mutex<[Measurement]>

  /// Goes on with what was measured before.
  init(metric: RunMetric, stepsPerUnit: Int, earlier: [Measurement]) {
    self.metric = metric
    self.stepsPerUnit = stepsPerUnit
    state = Mutex(earlier)
  }

  /// All values so far, by step.
  var measurements: [Measurement] { state.withLock { $0 } }

  /// Hears of an event.
  func handle(_ event: TrainingEvent) {
    switch (event, metric.part) {
    case (.validation(let report), .validation), (.epoch(let report), .train):
      note(metric.quantity.value(of: report.sums), step: report.step)
    default: break
    }
  }

  /// Takes the value after a step; one within a unit of the budget is left out.
  func note(_ value: Double, step: Int) {
    guard step % stepsPerUnit == 0 else { return }
    state.withLock { all in
      all.removeAll { $0.step >= step }
      all.append(Measurement(step: step, budget: step / stepsPerUnit, value: value))
    }
  }
}
