public import Options
public import Tensors

/// Adam with weight decay added to the gradient, as PyTorch's `Adam`.
///
/// With running means `m` of the gradient and `v` of its square, each corrected for having started
/// at 0: `w -= learningRate m / (sqrt(v) + epsilon)`. *Adam: A Method for Stochastic Optimization*,
/// Kingma and Ba, 2015.
public struct Adam: DecayingOptimizer {
  /// The name in configurations.
  public static var kind: String { "adam" }

  private var core: AdamCore

  /// The step length.
  public var learningRate: Double { core.learningRate }
  /// The share of the gradients' running mean that is kept.
  public var beta1: Double { core.beta1 }
  /// The share of the squares' running mean that is kept.
  public var beta2: Double { core.beta2 }
  /// Added to the root of the mean square.
  public var epsilon: Double { core.epsilon }
  /// Added to the gradient, times the parameter.
  public var weightDecay: Double {
    get { core.weightDecay }
    set { core.weightDecay = newValue }
  }
  /// Whether the largest mean square so far takes the place of the present one.
  ///
  /// *On the Convergence of Adam and Beyond*, Reddi, Kale and Kumar, 2018.
  public var amsgrad: Bool { core.amsgrad }

  /// Makes the optimizer, with PyTorch's defaults.
  ///
  /// - Precondition: `epsilon` is above 0; with 0, a parameter without gradient would become NaN.
  public init(
    learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8, weightDecay: Double = 0, amsgrad: Bool = false
  ) {
    precondition(Float(epsilon) > 0, "adam: epsilon must be above 0, is \(epsilon)")
    core = AdamCore(
      learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
      weightDecay: weightDecay, amsgrad: amsgrad)
  }

  /// Reads `learning_rate`, `beta1`, `beta2` (or both as `betas`), `epsilon`, `weight_decay` and
  /// `amsgrad`.
  public init(options: OptionReader) {
    core = AdamCore(optionsWithAMSGrad: options, weightDecay: 0)
  }

  /// The running means of the gradient and of its square, and the largest of the latter if wanted.
  public var stateNames: [String] { core.stateNames }

  /// Updates a range; see ``Optimizer/step(_:parameters:gradients:state:)``.
  public func step(
    _ settings: StepSettings, parameters: FloatView, gradients: FloatView, state: OptimizerState
  ) {
    check(parameters, gradients, state)
    core.step(
      settings, parameters: parameters, gradients: gradients, state: state,
      decouplesWeightDecay: false)
  }
}
