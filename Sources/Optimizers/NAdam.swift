internal import CKernels
public import Options
public import Tensors

/// Adam with Nesterov's look ahead, as PyTorch's `NAdam`.
///
/// With Adam's running means `m` and `v`, `mu_t = beta1 (1 - 0.96^(t momentumDecay) / 2)` and the
/// product `p_t` of `mu_1` to `mu_t`: `w -= learningRate ((1 - mu_t) / (1 - p_t) g + mu_(t+1) /
/// (1 - p_(t+1)) m) / (sqrt(v / (1 - beta2^t)) + epsilon)`. *Incorporating Nesterov Momentum into
/// Adam*, Dozat, 2016.
public struct NAdam: DecayingOptimizer {
  /// The name in configurations.
  public static var kind: String { "nadam" }

  private var core: AdamCore
  private let schedule: MomentumSchedule

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
  /// How fast the look ahead grows to `beta1`.
  public var momentumDecay: Double { schedule.decay }

  /// Makes the optimizer, with PyTorch's defaults.
  ///
  /// - Precondition: `epsilon` is above 0; with 0, a parameter without gradient would become NaN.
  public init(
    learningRate: Double = 2e-3, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-8, weightDecay: Double = 0, momentumDecay: Double = 4e-3
  ) {
    precondition(Float(epsilon) > 0, "nadam: epsilon must be above 0, is \(epsilon)")
    core = AdamCore(
      learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
      weightDecay: weightDecay)
    schedule = MomentumSchedule(beta: beta1, decay: momentumDecay)
  }

  /// Reads Adam's options but `amsgrad`, and `momentum_decay`.
  public init(options: OptionReader) {
    let decay = options.nonNegativeNumber("momentum_decay", default: 4e-3)
    core = AdamCore(options: options, learningRate: 2e-3, weightDecay: 0)
    schedule = MomentumSchedule(beta: core.beta1, decay: decay)
    options.finish()
  }

  /// The running means of the gradient and of its square.
  public var stateNames: [String] { ["exp_avg", "exp_avg_sq"] }

  /// Updates a range; see ``Optimizer/step(_:parameters:gradients:state:)``.
  public func step(
    _ settings: StepSettings, parameters: FloatView, gradients: FloatView, state: OptimizerState
  ) {
    check(parameters, gradients, state)
    guard let mean = state.first, let square = state.second else { return }
    let rate = Double(settings.learningRate)
    let (mu, next) = (schedule.mu(settings.step), schedule.mu(settings.step + 1))
    let product = schedule.product(settings.step)
    let constants = ck_nadam(
      gradient_scale: settings.gradientScale, weight_decay: Float(weightDecay),
      gradient_step: Float(rate * (1 - mu) / (1 - product)),
      mean_step: Float(rate * next / (1 - product * next)), mean_share: Float(1 - beta1),
      beta2: Float(beta2), square_share: Float(1 - beta2),
      root_scale: core.rootScale(settings.step), epsilon: Float(epsilon))
    unsafe ck_nadam_step(
      parameters.pointer, gradients.pointer, mean.pointer, square.pointer, parameters.count,
      constants)
  }
}

/// NAdam's momentum of each step, and the products of all momenta up to a step.
///
/// PyTorch keeps the product in the optimizer's state. Here it is a function of the step: a table,
/// since every slice of the arena asks for it, that ends where 1 - product is 1.
struct MomentumSchedule: Sendable {
  let beta: Double
  let decay: Double
  /// 0.96^decay.
  private let factor: Double
  private let products: [Double]

  /// 8 MiB, which a beta above 0.99996 would exceed; later products are then computed on the way.
  private static let largestTable = 1 << 20

  init(beta: Double, decay: Double) {
    self.beta = beta
    self.decay = decay
    let factor = Self.exponential(decay * -0.040821994520255166)
    self.factor = factor
    var products = [1.0]
    while let last = products.last, last > 0x1p-54, products.count < Self.largestTable {
      products.append(last * Self.mu(products.count, beta: beta, factor: factor))
    }
    self.products = products
  }

  func mu(_ step: Int) -> Double { Self.mu(step, beta: beta, factor: factor) }

  /// The product of the momenta of steps 1 to this one; anything below 2^-54 once it is that small.
  func product(_ step: Int) -> Double {
    if step < products.count { return products[step] }
    var product = products[products.count - 1]
    var next = products.count
    while next <= step && product > 0x1p-54 {
      product *= mu(next)
      next += 1
    }
    return product
  }

  private static func mu(_ step: Int, beta: Double, factor: Double) -> Double {
    beta * (1 - 0.5 * AdamCore.power(factor, step))
  }

  /// e^x for x up to 0 by its series: libm's `exp` depends on the CPU it dispatches to.
  static func exponential(_ x: Double) -> Double {
    if x < -800 { return 0 }
    if x < -0.5 {
      let half = exponential(x / 2)
      return half * half
    }
    // The terms after x^16 / 16! are below 2^-60.
    return (1...16).reversed().reduce(1) { 1 + x / Double($1) * $0 }
  }
}
