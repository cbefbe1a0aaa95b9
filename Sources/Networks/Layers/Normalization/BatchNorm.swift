public import Operators
public import Options
public import Tensors

/// Normalizes every channel over the batch and all other axes to mean 0 and variance 1, then scales and
/// shifts it by a learned weight and bias.
///
/// In training a shard is normalized by its own statistics, whoever computes it: that is what keeps
/// results the same on any number of ranks ("ghost batches", Hoffer et al., "Train longer, generalize
/// better", 2017). In inference running statistics take their place.
///
/// Reference: "Batch Normalization", Ioffe and Szegedy, 2015.
public struct BatchNorm: Layer {
  /// The name in a configuration, `batch_norm`.
  public var kind: String { "batch_norm" }
  /// Added to the variance.
  public let epsilon: Float
  /// The share of each step's statistics that the running ones take.
  public let momentum: Float
  /// Whether a ReLU follows; only a fused graph says so.
  private(set) var rectifies = false

  /// A normalization over the batch.
  ///
  /// - Parameters:
  ///   - epsilon: added to the variance, above 0.
  ///   - momentum: the share of each step's statistics that the running ones take.
  public init(epsilon: Float = 1e-5, momentum: Float = 0.1) {
    precondition(epsilon > 0, "batch_norm: epsilon must be above 0, is \(epsilon)")
    precondition(
      (0...1).contains(momentum), "batch_norm: momentum must be from 0 to 1, is \(momentum)")
    self.epsilon = epsilon
    self.momentum = momentum
  }

  /// Reads `epsilon`, 1e-5 by default, and `momentum`, 0.1 by default.
  public init(options: OptionReader) {
    epsilon = Float(
      options.number(
        "epsilon", default: 1e-5, where: { Float($0) > 0 && $0.isFinite },
        orElse: "a float32 above 0", standIn: 1e-5))
    momentum = Float(options.number("momentum", default: 0.1, in: 0...1))
  }

  /// The same normalization with what follows it fused in.
  func fusing(rectifier: Bool) -> BatchNorm {
    var fused = self
    fused.rectifies = rectifier
    return fused
  }

  /// The first input's shape; a second input is added to the output where the graph fused a sum in.
  public func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape {
    let input = try single(inputs)
    guard input.rank > 0 else {
      throw LayerError("batch_norm takes at least one axis, found \(input)")
    }
    return input
  }

  /// `weight` and `bias`, one for each channel of the last axis.
  public func parameters(of inputs: [Shape]) -> [ParameterSpec] {
    [
      ParameterSpec(name: "weight", shape: [inputs[0][-1]], initializer: .ones),
      ParameterSpec(name: "bias", shape: [inputs[0][-1]], initializer: .zeros),
    ]
  }

  /// `running_mean` and `running_var`, the latter of unbiased variances, as PyTorch's.
  public func statistics(of inputs: [Shape]) -> [StatisticSpec] {
    [
      StatisticSpec(name: "running_mean", shape: [inputs[0][-1]], start: 0, momentum: momentum),
      StatisticSpec(name: "running_var", shape: [inputs[0][-1]], start: 1, momentum: momentum),
    ]
  }

  /// A channel needs two values to have a variance.
  public func smallestTrainingBatch(of inputs: [Shape]) -> Int {
    inputs[0].count > inputs[0][-1] ? 1 : 2
  }

  /// It computes in bfloat16 as it is; statistics are float32.
  public var computesInBFloat16: Bool { true }

  /// Prepares the function.
  public func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    BatchNormOperation(self, at: site)
  }
}

/// Takes the values to normalize and, where a sum was fused in, what is added to them.
private final class BatchNormOperation: Operation {
  let memory: OperationMemory
  private let layer: BatchNorm
  private let batch: Int
  private let isTraining: Bool
  private let biasIsIdle: Bool
  private let channels: Int
  private var buffers: OperationBuffers?

  init(_ layer: BatchNorm, at site: OperationSite) {
    self.layer = layer
    batch = site.batch
    isTraining = site.isTraining
    biasIsIdle = site.biasIsIdle
    channels = site.outputShape[-1]
    var memory = OperationMemory()
    memory.backwardReadsInputs = true
    memory.backwardReadsOutput = layer.rectifies
    // In training the mean and the factor, in inference the factor alone within the call.
    memory.savedCount = site.isTraining ? 2 * channels : 0
    memory.scratchCount = channels
    memory.canForwardInPlace = true
    memory.canBackwardInPlace = true
    self.memory = memory
  }

  func bind(_ buffers: OperationBuffers) {
    self.buffers = buffers
  }

  func forward(_ context: StepContext) {
    guard let buffers else { return }
    let mean = isTraining ? buffers.saved[0..<channels] : buffers.statistics[0]
    let factor =
      isTraining ? buffers.saved[channels..<(2 * channels)] : buffers.scratch[0..<channels]
    if isTraining {
      measure(buffers, context, mean: mean, factor: factor)
    } else {
      BatchNormFunction.writeFactors(
        ofVariance: buffers.statistics[1], epsilon: layer.epsilon, into: factor)
    }
    BatchNormFunction.apply(
      buffers.inputs[0], adding: buffers.inputs.count > 1 ? buffers.inputs[1] : nil,
      rectify: layer.rectifies, mean: mean, factor: factor, weight: buffers.parameters[0],
      bias: buffers.parameters[1], into: buffers.output)
  }

  /// Takes the batch's statistics, and hands them on for the running ones.
  private func measure(
    _ buffers: OperationBuffers, _ context: StepContext, mean: FloatView, factor: FloatView
  ) {
    let ownMean = context.gradients[buffers.statisticRanges[0]]
    let variance = context.gradients[buffers.statisticRanges[1]]
    BatchNormFunction.writeStatistics(
      of: buffers.inputs[0], epsilon: layer.epsilon, mean: mean, factor: factor,
      unbiasedVariance: variance)
    ownMean.copy(from: mean)
    Elementwise.scale(ownMean, by: Float(batch), clampedTo: .infinity)
    Elementwise.scale(variance, by: Float(batch), clampedTo: .infinity)
  }

  func backward(_ context: StepContext) {
    guard let buffers else { return }
    BatchNormFunction.backward(
      input: buffers.inputs[0], rectifiedOutput: layer.rectifies ? buffers.output : nil,
      mean: buffers.saved[0..<channels], factor: buffers.saved[channels..<(2 * channels)],
      weight: buffers.parameters[0], gradient: buffers.outputGradient,
      into: buffers.inputGradients[0],
      addendGradient: buffers.inputs.count > 1 ? buffers.inputGradients[1] : nil,
      weightGradient: context.gradients[buffers.gradientRanges[0]],
      biasGradient: context.gradients[buffers.gradientRanges[1]])
    if biasIsIdle { context.gradients[buffers.gradientRanges[1]].fill(with: 0) }
  }
}
