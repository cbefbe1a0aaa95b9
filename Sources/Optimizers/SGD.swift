internal import CKernels
public import Options
public import Tensors

/// Stochastic gradient descent with momentum, as PyTorch's `SGD`.
///
/// With gradient `g`, parameter `w` and buffer `b`: `d = g + weightDecay w`;
/// `b = momentum b + (1 - dampening) d`, but `b = d` at step 1; then `w -= learningRate b`, with
/// Nesterov's `w -= learningRate (d + momentum b)`.
public struct SGD: DecayingOptimizer {
  /// The name in configurations.
  public static var kind: String { "sgd" }

  /// The step length.
  public var learningRate: Double
  /// The share of the buffer that is kept; 0 keeps no buffer.
  public var momentum: Double
  /// The share of each gradient that the buffer does not take, from step 2 on.
  public var dampening: Double
  /// Whether to look ahead along the buffer.
  public var nesterov: Bool
  /// Added to the gradient, times the parameter.
  public var weightDecay: Double

  /// Makes the optimizer.
  ///
  /// - Precondition: `nesterov` needs a momentum above 0 and no dampening.
  public init(
    learningRate: Double, momentum: Double = 0, dampening: Double = 0, nesterov: Bool = false,
    weightDecay: Double = 0
  ) {
    precondition(
      !nesterov || (momentum > 0 && dampening == 0),
      "sgd: nesterov needs momentum above 0 and dampening 0")
    self.learningRate = learningRate
    self.momentum = momentum
    self.dampening = dampening
    self.nesterov = nesterov
    self.weightDecay = weightDecay
  }

  /// Reads `learning_rate` (required), `momentum`, `dampening`, `nesterov` and `weight_decay`.
  public init(options: OptionReader) {
    learningRate = options.positiveNumber("learning_rate")
    momentum = options.number("momentum", default: 0, in: 0...1)
    dampening = options.number("dampening", default: 0, in: 0...1)
    weightDecay = options.nonNegativeNumber("weight_decay", default: 0)
    let wantsNesterov = options.boolean("nesterov", default: false)
    nesterov = wantsNesterov && momentum > 0 && dampening == 0
    if wantsNesterov && !nesterov {
      options.report(
        "`nesterov` of \(options.context) needs momentum above 0 and dampening 0, "
          + "found momentum \(momentum) and dampening \(dampening)", for: "nesterov",
        hint: momentum > 0 ? "remove `dampening`" : "add `momentum: 0.9`, or remove `nesterov`")
    }
    options.finish()
  }

  /// The momentum buffer, where there is momentum.
  public var stateNames: [String] { momentum > 0 ? ["momentum_buffer"] : [] }

  /// Updates a range; see ``Optimizer/step(_:parameters:gradients:state:)``.
  public func step(
    _ settings: StepSettings, parameters: FloatView, gradients: FloatView, state: OptimizerState
  ) {
    check(parameters, gradients, state)
    let constants = ck_sgd(
      learning_rate: settings.learningRate, gradient_scale: settings.gradientScale,
      momentum: Float(momentum), gradient_share: Float(1 - dampening),
      weight_decay: Float(weightDecay),
      nesterov: nesterov, is_first_step: settings.step == 1)
    unsafe ck_sgd_step(
      parameters.pointer, gradients.pointer, state.first?.pointer, parameters.count, constants)
  }
}
