internal import CKernels
public import Options
public import Tensors

/// Gradients over the root of the sum of their squares so far, as PyTorch's `Adagrad`.
///
/// With `s += g^2`: `w -= learningRate / (1 + (step - 1) learningRateDecay) g / (sqrt(s) + epsilon)`.
/// *Adaptive Subgradient Methods for Online Learning and Stochastic Optimization*, Duchi, Hazan and
/// Singer, 2011.
public struct Adagrad: DecayingOptimizer {
  /// The name in configurations.
  public static var kind: String { "adagrad" }

  /// The step length.
  public var learningRate: Double
  /// How fast the step length falls.
  public var learningRateDecay: Double
  /// What the sums of squares start from.
  public var initialAccumulatorValue: Double
  /// Added to the root of the sum.
  public var epsilon: Double
  /// Added to the gradient, times the parameter.
  public var weightDecay: Double

  /// Makes the optimizer, with PyTorch's defaults.
  ///
  /// - Precondition: `epsilon` is above 0; with 0, a parameter without gradient would become NaN.
  public init(
    learningRate: Double = 1e-2, learningRateDecay: Double = 0,
    initialAccumulatorValue: Double = 0, epsilon: Double = 1e-10, weightDecay: Double = 0
  ) {
    precondition(Float(epsilon) > 0, "adagrad: epsilon must be above 0, is \(epsilon)")
    self.learningRate = learningRate
    self.learningRateDecay = learningRateDecay
    self.initialAccumulatorValue = initialAccumulatorValue
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// Reads `learning_rate`, `learning_rate_decay`, `initial_accumulator_value`, `epsilon` and
  /// `weight_decay`.
  public init(options: OptionReader) {
    learningRate = options.positiveNumber("learning_rate", default: 1e-2)
    learningRateDecay = options.nonNegativeNumber("learning_rate_decay", default: 0)
    initialAccumulatorValue = options.nonNegativeNumber("initial_accumulator_value", default: 0)
    epsilon = options.epsilon(default: 1e-10)
    weightDecay = options.nonNegativeNumber("weight_decay", default: 0)
    options.finish()
  }

  /// The sum of squares.
  public var stateNames: [String] { ["sum"] }

  /// Updates a range; see ``Optimizer/step(_:parameters:gradients:state:)``.
  public func step(
    _ settings: StepSettings, parameters: FloatView, gradients: FloatView, state: OptimizerState
  ) {
    check(parameters, gradients, state)
    guard let sum = state.first else { return }
    let decay = 1 + Double(settings.step - 1) * learningRateDecay
    // State buffers start at 0, so the first step puts in what the sums start from.
    let initial = settings.step == 1 ? Float(initialAccumulatorValue) : 0
    let constants = ck_adagrad(
      learning_rate: Float(Double(settings.learningRate) / decay),
      gradient_scale: settings.gradientScale, weight_decay: Float(weightDecay),
      initial: initial, epsilon: Float(epsilon))
    unsafe ck_adagrad_step(
      parameters.pointer, gradients.pointer, sum.pointer, parameters.count, constants)
  }
}
