internal import CKernels
public import Options
public import Tensors

/// Gradients over the root of their mean square, as PyTorch's `RMSprop`.
///
/// With the running mean `v` of the gradient's square: `d = g / (sqrt(v) + epsilon)`; with momentum
/// `b = momentum b + d` takes the place of `d`; then `w -= learningRate d`. Where `centered`, the
/// square of the gradient's running mean is taken off `v`. *Neural Networks for Machine Learning*,
/// lecture 6, Tieleman and Hinton, 2012; centered: *Generating Sequences With Recurrent Neural
/// Networks*, Graves, 2013.
public struct RMSprop: DecayingOptimizer {
  /// The name in configurations.
  public static var kind: String { "rmsprop" }

  /// The step length.
  public var learningRate: Double
  /// The share of the running means that is kept.
  public var alpha: Double
  /// Added to the root of the mean square.
  public var epsilon: Double
  /// The share of the momentum buffer that is kept; 0 keeps no buffer.
  public var momentum: Double
  /// Whether gradients are divided by an estimate of their deviation, not of their size.
  public var centered: Bool
  /// Added to the gradient, times the parameter.
  public var weightDecay: Double

  /// Makes the optimizer, with PyTorch's defaults.
  ///
  /// - Precondition: `epsilon` is above 0; with 0, a parameter without gradient would become NaN.
  public init(
    learningRate: Double = 1e-2, alpha: Double = 0.99, epsilon: Double = 1e-8,
    momentum: Double = 0, centered: Bool = false, weightDecay: Double = 0
  ) {
    precondition(Float(epsilon) > 0, "rmsprop: epsilon must be above 0, is \(epsilon)")
    self.learningRate = learningRate
    self.alpha = alpha
    self.epsilon = epsilon
    self.momentum = momentum
    self.centered = centered
    self.weightDecay = weightDecay
  }

  /// Reads `learning_rate`, `alpha`, `epsilon`, `momentum`, `centered` and `weight_decay`.
  public init(options: OptionReader) {
    learningRate = options.positiveNumber("learning_rate", default: 1e-2)
    alpha = options.share("alpha", default: 0.99)
    epsilon = options.epsilon(default: 1e-8)
    momentum = options.number("momentum", default: 0, in: 0...1)
    centered = options.boolean("centered", default: false)
    weightDecay = options.nonNegativeNumber("weight_decay", default: 0)
    options.finish()
  }

  /// The mean square; then the momentum buffer and the mean gradient, where there are such.
  public var stateNames: [String] {
    ["square_avg"] + (momentum > 0 ? ["momentum_buffer"] : []) + (centered ? ["grad_avg"] : [])
  }

  /// Updates a range; see ``Optimizer/step(_:parameters:gradients:state:)``.
  public func step(
    _ settings: StepSettings, parameters: FloatView, gradients: FloatView, state: OptimizerState
  ) {
    check(parameters, gradients, state)
    guard let square = state.first else { return }
    let mean = centered ? (momentum > 0 ? state.third : state.second) : nil
    let constants = ck_rmsprop(
      learning_rate: settings.learningRate, gradient_scale: settings.gradientScale,
      weight_decay: Float(weightDecay), alpha: Float(alpha), share: Float(1 - alpha),
      momentum: Float(momentum), epsilon: Float(epsilon))
    unsafe ck_rmsprop_step(
      parameters.pointer, gradients.pointer, square.pointer,
      momentum > 0 ? state.second?.pointer : nil, mean?.pointer, parameters.count, constants)
  }
}
