public import Datasets
public import Networks

/// What a run reports beside its loss.
public enum MetricSet: Sendable, Equatable {
  /// The share of right classes.
  case accuracy
  /// The root mean square and the mean of the errors of predicted numbers.
  case errors
  /// The mean squared error of what an autoencoder makes of its input.
  case reconstruction

  /// What suits a loss and a task.
  public init(loss: any Loss, task: DataTask) {
    if task == .reconstruction {
      self = .reconstruction
    } else {
      self = loss.isClassification ? .accuracy : .errors
    }
  }

  /// The metrics under their names in records and on screen, the loss first.
  public func values(of sums: LossSums) -> [(name: String, value: Double)] {
    let loss = (name: "loss", value: sums.meanLoss)
    switch self {
    case .accuracy: return [loss, ("accuracy", sums.accuracy)]
    case .errors:
      return [loss, ("rmse", sums.rootMeanSquaredError), ("mae", sums.meanAbsoluteError)]
    case .reconstruction: return [loss, ("mse", sums.meanSquaredError)]
    }
  }
}
