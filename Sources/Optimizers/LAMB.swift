internal import CKernels
public import Options
public import Tensors

/// Adam whose step follows each tensor's norm.
///
/// With Adam's running means `m` and `v`, each corrected for having started at 0: `d = m / (sqrt(v) +
/// epsilon) + weightDecay w` and `w -= learningRate (|w| / |d|) d`, the norms being those of a whole
/// tensor. Tensors of one axis (biases, weights of normalizations) take the ratio 1 and, unless a
/// group says so, no decay; so does a tensor whose `|w|` or `|d|` is 0 take the ratio 1. *Large Batch
/// Optimization for Deep Learning: Training BERT in 76 minutes*, You et al., 2020, whose function of
/// `|w|` is `|w|` itself here.
public struct LAMB: LayerwiseOptimizer {
  /// The name in configurations.
  public static var kind: String { "lamb" }

  private var core: AdamCore

  /// The step length, before the trust ratio.
  public var learningRate: Double { core.learningRate }
  /// The share of the gradients' running mean that is kept.
  public var beta1: Double { core.beta1 }
  /// The share of the squares' running mean that is kept.
  public var beta2: Double { core.beta2 }
  /// Added to the root of the mean square.
  public var epsilon: Double { core.epsilon }
  /// Added to the direction, times the parameter.
  public var weightDecay: Double {
    get { core.weightDecay }
    set { core.weightDecay = newValue }
  }

  /// Makes the optimizer.
  ///
  /// - Precondition: `epsilon` is above 0; with 0, a parameter without gradient would become NaN.
  public init(
    learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-6, weightDecay: Double = 0.01
  ) {
    precondition(Float(epsilon) > 0, "lamb: epsilon must be above 0, is \(epsilon)")
    core = AdamCore(
      learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
      weightDecay: weightDecay)
  }

  /// Reads Adam's options but `amsgrad`.
  public init(options: OptionReader) {
    core = AdamCore(options: options, weightDecay: 0.01, epsilon: 1e-6)
    options.finish()
  }

  /// The running means of the gradient and of its square.
  public var stateNames: [String] { core.stateNames }

  /// Updates the running means and puts `d` in place of the gradient.
  public func makeDirections(
    _ settings: StepSettings, parameters: FloatView, gradients: FloatView, state: OptimizerState
  ) {
    check(parameters, gradients, state)
    guard let mean = state.first, let square = state.second else { return }
    let constants = ck_lamb(
      gradient_scale: settings.gradientScale, weight_decay: Float(weightDecay),
      mean_share: Float(1 - beta1),
      mean_scale: Float(1 / (1 - AdamCore.power(beta1, settings.step))),
      beta2: Float(beta2), square_share: Float(1 - beta2),
      root_scale: core.rootScale(settings.step), epsilon: Float(epsilon))
    unsafe ck_lamb_direction(
      parameters.pointer, gradients.pointer, mean.pointer, square.pointer, parameters.count,
      constants)
  }

  /// `|w| / |d|`.
  public func trustRatio(_ norms: TensorNorms) -> Double {
    norms.parameters / norms.direction
  }

  /// Moves the parameters.
  public func applyDirections(
    _ settings: StepSettings, trustRatio: Double, parameters: FloatView, directions: FloatView,
    state: OptimizerState
  ) {
    check(parameters, directions, state)
    unsafe ck_descend(
      parameters.pointer, directions.pointer, parameters.count,
      Float(Double(settings.learningRate) * trustRatio))
  }
}
