internal import CKernels
public import Options
public import Tensors

/// Momentum descent whose rate follows each tensor's norms.
///
/// With gradient `g`, parameters `w` and buffer `v` of a tensor: `r = trustCoefficient |w| / (|g| +
/// weightDecay |w| + epsilon)`, `v = momentum v + learningRate r (g + weightDecay w)`, `w -= v`.
/// Tensors of one axis (biases, weights of normalizations) take `r = 1` and, unless a group says so,
/// no decay; so does a tensor whose `|w|` or `|g|` is 0 take `r = 1`. *Large Batch Training of
/// Convolutional Networks*, You, Gitman and Ginsburg, 2017, which gives no epsilon.
public struct LARS: LayerwiseOptimizer {
  /// The name in configurations.
  public static var kind: String { "lars" }

  /// The step length, before the trust ratio.
  public var learningRate: Double
  /// The share of the buffer that is kept; 0 keeps no buffer.
  public var momentum: Double
  /// Added to the gradient, times the parameter.
  public var weightDecay: Double
  /// The length of a step as a share of the tensor's norm, at learning rate 1.
  public var trustCoefficient: Double
  /// Added to the norm that the trust ratio divides by.
  public var epsilon: Double

  /// Makes the optimizer.
  public init(
    learningRate: Double, momentum: Double = 0.9, weightDecay: Double = 0,
    trustCoefficient: Double = 1e-3, epsilon: Double = 1e-8
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.trustCoefficient = trustCoefficient
    self.epsilon = epsilon
  }

  /// Reads `learning_rate` (required), `momentum`, `weight_decay`, `trust_coefficient` and
  /// `epsilon`.
  public init(options: OptionReader) {
    learningRate = options.positiveNumber("learning_rate")
    momentum = options.number("momentum", default: 0.9, in: 0...1)
    weightDecay = options.nonNegativeNumber("weight_decay", default: 0)
    trustCoefficient = options.positiveNumber("trust_coefficient", default: 1e-3)
    epsilon = options.nonNegativeNumber("epsilon", default: 1e-8)
    options.finish()
  }

  /// The momentum buffer, where there is momentum.
  public var stateNames: [String] { momentum > 0 ? ["momentum_buffer"] : [] }

  /// The direction is the mean gradient itself.
  public func makeDirections(
    _ settings: StepSettings, parameters: FloatView, gradients: FloatView, state: OptimizerState
  ) {
    check(parameters, gradients, state)
    unsafe ck_scale_clamp(
      gradients.pointer, gradients.count, settings.gradientScale, Float.infinity)
  }

  /// `trustCoefficient |w| / (|g| + weightDecay |w| + epsilon)`.
  public func trustRatio(_ norms: TensorNorms) -> Double {
    trustCoefficient * norms.parameters
      / (norms.direction + weightDecay * norms.parameters + epsilon)
  }

  /// Updates the buffer and the parameters.
  public func applyDirections(
    _ settings: StepSettings, trustRatio: Double, parameters: FloatView, directions: FloatView,
    state: OptimizerState
  ) {
    check(parameters, directions, state)
    let constants = ck_lars(
      rate: Float(Double(settings.learningRate) * trustRatio), momentum: Float(momentum),
      weight_decay: Float(weightDecay))
    unsafe ck_lars_step(
      parameters.pointer, directions.pointer, state.first?.pointer, parameters.count, constants)
  }
}
