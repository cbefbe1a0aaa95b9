internal import CKernels
public import Options
public import Tensors

/// Gradients scaled to the size of the latest steps, as PyTorch's `Adadelta`.
///
/// With running means `v` of the gradient's square and `u` of the step's square:
/// `d = sqrt(u + epsilon) / sqrt(v + epsilon) g` and `w -= learningRate d`. *ADADELTA: An Adaptive
/// Learning Rate Method*, Zeiler, 2012.
public struct Adadelta: DecayingOptimizer {
  /// The name in configurations.
  public static var kind: String { "adadelta" }

  /// Multiplies the step that the method finds by itself.
  public var learningRate: Double
  /// The share of the running means that is kept.
  public var rho: Double
  /// Added to both mean squares.
  public var epsilon: Double
  /// Added to the gradient, times the parameter.
  public var weightDecay: Double

  /// Makes the optimizer, with PyTorch's defaults.
  ///
  /// - Precondition: `epsilon` is above 0; with 0, no parameter would ever move.
  public init(
    learningRate: Double = 1, rho: Double = 0.9, epsilon: Double = 1e-6, weightDecay: Double = 0
  ) {
    precondition(Float(epsilon) > 0, "adadelta: epsilon must be above 0, is \(epsilon)")
    self.learningRate = learningRate
    self.rho = rho
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// Reads `learning_rate`, `rho`, `epsilon` and `weight_decay`.
  public init(options: OptionReader) {
    learningRate = options.positiveNumber("learning_rate", default: 1)
    rho = options.share("rho", default: 0.9)
    epsilon = options.epsilon(default: 1e-6)
    weightDecay = options.nonNegativeNumber("weight_decay", default: 0)
    options.finish()
  }

  /// The running means of the squares of gradients and of steps.
  public var stateNames: [String] { ["square_avg", "acc_delta"] }

  /// Updates a range; see ``Optimizer/step(_:parameters:gradients:state:)``.
  public func step(
    _ settings: StepSettings, parameters: FloatView, gradients: FloatView, state: OptimizerState
  ) {
    check(parameters, gradients, state)
    guard let square = state.first, let delta = state.second else { return }
    let constants = ck_adadelta(
      learning_rate: settings.learningRate, gradient_scale: settings.gradientScale,
      weight_decay: Float(weightDecay), rho: Float(rho), share: Float(1 - rho),
      epsilon: Float(epsilon))
    unsafe ck_adadelta_step(
      parameters.pointer, gradients.pointer, square.pointer, delta.pointer, parameters.count,
      constants)
  }
}
