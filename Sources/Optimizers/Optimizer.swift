public import Options
public import Tensors

/// What changes from one optimizer step to the next.
public struct StepSettings: Sendable, Hashable {
  /// The number of the step, from 1; it does not start over when a run is resumed.
  public var step: Int
  /// The learning rate of this step, after the schedule.
  public var learningRate: Float
  /// Multiplies gradients before anything else: 1 / samples of the step, times the clip factor.
  public var gradientScale: Float

  /// Makes the settings of a step.
  public init(step: Int, learningRate: Float, gradientScale: Float = 1) {
    self.step = step
    self.learningRate = learningRate
    self.gradientScale = gradientScale
  }
}

/// Turns gradients into new parameters.
///
/// An optimizer knows no layers: it works on flat buffers, and on any range of them, since each
/// element is computed from its own parameter, gradient and state alone. Stepping a buffer in
/// slices, in any order, gives the same bits as stepping it whole; only a ``LayerwiseOptimizer``
/// wants whole tensors. The optimizer itself has no state; what must live from step to step lies in
/// ``OptimizerState``.
public protocol Optimizer: Sendable {
  /// The name in configurations: `adam`.
  static var kind: String { get }

  /// Reads the optimizer's options, reports what is wrong with them, and finishes the reader.
  init(options: OptionReader)

  /// The learning rate that a schedule starts from.
  var learningRate: Double { get }

  /// PyTorch's names of the state buffers, in their order: `exp_avg`, `exp_avg_sq`.
  var stateNames: [String] { get }

  /// Updates a range of the parameters and of the state in place. Allocates nothing.
  ///
  /// - Parameters:
  ///   - settings: the step's number, learning rate and gradient scale.
  ///   - parameters: the parameters of the range.
  ///   - gradients: their gradients, summed over samples; changed by a ``LayerwiseOptimizer`` only.
  ///   - state: the range's part of each state buffer, zero before step 1.
  /// - Precondition: all views have the same number of elements, and the state one buffer for each
  ///   of ``stateNames``.
  func step(
    _ settings: StepSettings, parameters: FloatView, gradients: FloatView, state: OptimizerState)
}

extension Optimizer {
  /// Checks that the views of a step fit together.
  func check(_ parameters: FloatView, _ gradients: FloatView, _ state: OptimizerState) {
    precondition(
      gradients.count == parameters.count,
      "\(Self.kind): \(gradients.count) gradients for \(parameters.count) parameters")
    precondition(
      state.holds(stateNames.count, buffersOf: parameters.count),
      "\(Self.kind): the state must be \(stateNames.count) buffers of \(parameters.count)")
  }
}
