internal import Datasets
internal import Networks
internal import Tensors

extension TrainingPlan {
  /// How far rounding may carry rescaled data out of 0...1.
  private static var slack: Float { 1e-4 }

  /// Checks that the loss can compare the network's output with its input.
  ///
  /// - Throws: ``TrainingError/mismatch(_:hint:)``.
  func checkReconstruction() throws(TrainingError) {
    let output = graph.outputShape
    let kind = type(of: loss).kind
    if loss.targetsAreSigns || loss.targetShape(forOutput: output) != output {
      throw .mismatch(
        "the loss \(kind) needs classes, but with `target: input` the target is the sample itself",
        hint: "use mean_squared_error, or binary_cross_entropy with `normalize: min_max`")
    }
    guard output.count == data.inputShape.count else {
      throw .mismatch(
        "the network gives \(output), but with `target: input` the target is the sample of "
          + "\(data.inputShape): \(output.count) numbers for \(data.inputShape.count)",
        hint: "let the last layer have \(data.inputShape.count) outputs")
    }
    guard loss.isClassification else { return }
    let range = data.train.rescaledRange
    guard range.lowerBound >= -Self.slack, range.upperBound <= 1 + Self.slack else {
      throw .mismatch(
        "the loss \(kind) needs targets from 0 to 1, but the inputs go from \(range.lowerBound) to "
          + "\(range.upperBound)",
        hint: "write `normalize: min_max` in `data`, or use mean_squared_error")
    }
  }
}
