internal import CKernels
internal import Options
internal import Tensors

/// What Adam and AdamW have in common: everything but where weight decay goes.
///
/// NAdam and LAMB share the options.
struct AdamCore: Sendable {
  var learningRate: Double
  var beta1: Double
  var beta2: Double
  var epsilon: Double
  var weightDecay: Double
  /// Whether the largest mean square so far takes the place of the present one.
  var amsgrad = false

  init(
    learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double,
    amsgrad: Bool = false
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.amsgrad = amsgrad
  }

  /// Reads the options of both but `amsgrad`; `betas: [b1, b2]` stands for `beta1` and `beta2`.
  ///
  /// Does not finish the reader.
  init(
    options: OptionReader, learningRate defaultLearningRate: Double = 1e-3,
    weightDecay defaultWeightDecay: Double, epsilon defaultEpsilon: Double = 1e-8
  ) {
    learningRate = options.positiveNumber("learning_rate", default: defaultLearningRate)
    beta1 = options.share("beta1", default: 0.9)
    beta2 = options.share("beta2", default: 0.999)
    if let (first, second) = Self.betas(options) { (beta1, beta2) = (first, second) }
    epsilon = options.epsilon(default: defaultEpsilon)
    weightDecay = options.nonNegativeNumber("weight_decay", default: defaultWeightDecay)
  }

  /// Reads all options of Adam or AdamW and finishes the reader.
  init(optionsWithAMSGrad options: OptionReader, weightDecay: Double) {
    self.init(options: options, weightDecay: weightDecay)
    amsgrad = options.boolean("amsgrad", default: false)
    options.finish()
  }

  /// PyTorch's names of the state buffers.
  var stateNames: [String] {
    ["exp_avg", "exp_avg_sq"] + (amsgrad ? ["max_exp_avg_sq"] : [])
  }

  private static func isBeta(_ value: Double) -> Bool { value >= 0 && value < 1 }

  private static func betas(_ options: OptionReader) -> (Double, Double)? {
    guard let value = options.value("betas") else { return nil }
    for key in ["beta1", "beta2"] where options.has(key) {
      options.report(
        "\(options.context) has both `betas` and `\(key)`", for: key, hint: "write one of them")
      return nil
    }
    var numbers: [Double] = []
    if case .list(let items) = value.content { numbers = items.compactMap(ScalarText.number) }
    guard numbers.count == 2, value.isList(of: 2), numbers.allSatisfy(isBeta) else {
      options.report(
        "`betas` of \(options.context) takes two numbers from 0 to below 1", for: "betas",
        hint: "write `betas: [0.9, 0.999]`")
      return nil
    }
    return (numbers[0], numbers[1])
  }

  /// A power by repeated squaring: libm's `pow` depends on the CPU it dispatches to.
  static func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest % 2 == 1 { result *= square }
      square *= square
      rest /= 2
    }
    return result
  }

  /// What makes up for the mean square's start at 0, on its root.
  func rootScale(_ step: Int) -> Float {
    Float(1 / (1 - Self.power(beta2, step)).squareRoot())
  }

  func step(
    _ settings: StepSettings, parameters: FloatView, gradients: FloatView,
    state: OptimizerState, decouplesWeightDecay: Bool
  ) {
    guard let mean = state.first, let meanSquare = state.second else { return }
    let rate = Double(settings.learningRate)
    let constants = ck_adam(
      step_size: Float(rate / (1 - Self.power(beta1, settings.step))),
      gradient_scale: settings.gradientScale,
      gradient_decay: decouplesWeightDecay ? 0 : Float(weightDecay),
      parameter_scale: decouplesWeightDecay ? Float(1 - rate * weightDecay) : 1,
      mean_share: Float(1 - beta1), beta2: Float(beta2), square_share: Float(1 - beta2),
      root_scale: rootScale(settings.step), epsilon: Float(epsilon))
    if amsgrad, let largest = state.third {
      unsafe ck_adam_amsgrad_step(
        parameters.pointer, gradients.pointer, mean.pointer, meanSquare.pointer,
        largest.pointer, parameters.count, constants)
    } else {
      unsafe ck_adam_step(
        parameters.pointer, gradients.pointer, mean.pointer, meanSquare.pointer,
        parameters.count, constants)
    }
  }
}

extension OptionValue {
  /// Whether this is a list of `count` items.
  fileprivate func isList(of count: Int) -> Bool {
    if case .list(let items) = content { return items.count == count }
    return false
  }
}
