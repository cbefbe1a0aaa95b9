public import Operators
public import Options
public import Tensors

/// A ReLU whose slope below 0 is learned: one for all, or one for each channel of the last axis.
///
/// Reference: "Delving Deep into Rectifiers", He et al., 2015.
public struct PReLU: Layer {
  /// The name in a configuration, `prelu`.
  public var kind: String { "prelu" }
  /// Whether each channel has a slope of its own.
  public let isPerChannel: Bool
  /// The slopes at the start, 0.25 as in PyTorch.
  public let initialSlope: Float

  /// A ReLU with a learned slope.
  public init(perChannel: Bool = false, initialSlope: Float = 0.25) {
    isPerChannel = perChannel
    self.initialSlope = initialSlope
  }

  /// Reads `per_channel`, or its opposite `shared`, and `initial`.
  public init(options: OptionReader) {
    if options.has("shared"), options.has("per_channel") {
      options.report(
        "prelu has both `shared` and `per_channel`, which say the same", for: "shared",
        hint: "keep one of them")
    }
    isPerChannel =
      options.has("shared")
      ? !options.boolean("shared", default: true)
      : options.boolean("per_channel", default: false)
    initialSlope = Float(
      options.number("initial", default: 0.25, where: \.isFinite, orElse: "finite", standIn: 0.25))
  }

  /// The input's shape.
  public func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape { try single(inputs) }

  /// `weight` [1] or [channels].
  public func parameters(of inputs: [Shape]) -> [ParameterSpec] {
    [
      ParameterSpec(
        name: "weight", shape: [isPerChannel ? inputs[0][-1] : 1],
        initializer: .constant(initialSlope))
    ]
  }

  /// Prepares the function.
  public func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    PReLUOperation(columns: site.outputShape[-1], inputCount: site.inputCount())
  }
}

private final class PReLUOperation: Operation {
  let memory: OperationMemory
  private let columns: Int
  private var buffers: OperationBuffers?

  init(columns: Int, inputCount: Int) {
    self.columns = columns
    var memory = OperationMemory()
    memory.backwardReadsInputs = true
    memory.canBackwardInPlace = true
    // The gradient of the slopes needs a walk over the input even where the input needs none.
    memory.scratchCount = inputCount
    self.memory = memory
  }

  func bind(_ buffers: OperationBuffers) {
    self.buffers = buffers
  }

  func forward(_ context: StepContext) {
    guard let buffers else { return }
    PReLUFunction.forward(
      buffers.inputs[0].floats, weight: buffers.parameters[0], into: buffers.output.floats,
      columns: columns)
  }

  func backward(_ context: StepContext) {
    guard let buffers else { return }
    PReLUFunction.backward(
      input: buffers.inputs[0].floats, weight: buffers.parameters[0],
      gradient: buffers.outputGradient.floats,
      into: buffers.inputGradients[0]?.floats ?? buffers.scratch,
      weightGradient: context.gradients[buffers.gradientRanges[0]], columns: columns)
  }
}
