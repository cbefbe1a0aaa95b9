public import Operators
public import Options
public import Tensors

/// Adds a learned vector to each time step of a sequence: the first rows of its table.
public struct PositionEmbedding: Layer {
  /// The name in a configuration, `position_embedding`.
  public var kind: String { "position_embedding" }
  /// The most time steps a sequence may have.
  public let length: Int
  /// How the vectors start.
  public let initializer: Initializer

  /// A table of vectors.
  ///
  /// - Parameters:
  ///   - length: the most time steps a sequence may have.
  ///   - initializer: how the vectors start; by default normal with the small deviation 0.02, so
  ///     that they do not drown what they are added to.
  public init(
    length: Int, initializer: Initializer = .normal(mean: 0, standardDeviation: 0.02)
  ) {
    precondition(length > 0, "a position embedding of length \(length)")
    self.length = length
    self.initializer = initializer
  }

  /// Reads `length` and `initializer`.
  public init(options: OptionReader) {
    length = options.integer("length", in: 1...)
    initializer =
      Initializer("initializer", of: options) ?? .normal(mean: 0, standardDeviation: 0.02)
  }

  /// The input's shape.
  public func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape {
    let input = try single(inputs)
    guard input.rank == 2 else {
      throw LayerError("position_embedding takes a sequence [time, features], found \(input)")
    }
    guard input[0] <= length else {
      throw LayerError(
        "the sequence has \(input[0]) time steps, but `length` is \(length)",
        hint: "write `length: \(input[0])` or more")
    }
    return input
  }

  /// `weight` [length, features].
  public func parameters(of inputs: [Shape]) -> [ParameterSpec] {
    [
      ParameterSpec(
        name: "weight", shape: [length, inputs[0][-1]], initializer: initializer, fanIn: length,
        fanOut: inputs[0][-1])
    ]
  }

  /// It computes in bfloat16 as it is.
  public var computesInBFloat16: Bool { true }

  /// Prepares the sum.
  public func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    PositionEmbeddingOperation(sampleCount: site.outputShape.count)
  }
}

/// To memory, the table's first rows are one bias of as many columns as a sample has elements.
private final class PositionEmbeddingOperation: Operation {
  let memory: OperationMemory
  private let sampleCount: Int
  private var buffers: OperationBuffers?

  init(sampleCount: Int) {
    self.sampleCount = sampleCount
    var memory = OperationMemory()
    memory.canForwardInPlace = true
    memory.canBackwardInPlace = true
    self.memory = memory
  }

  func bind(_ buffers: OperationBuffers) {
    self.buffers = buffers
  }

  func forward(_ context: StepContext) {
    guard let buffers else { return }
    Elementwise.add(
      row: buffers.parameters[0][0..<sampleCount], toRows: buffers.inputs[0],
      into: buffers.output)
  }

  func backward(_ context: StepContext) {
    guard let buffers else { return }
    let gradient = buffers.outputGradient
    let table = context.gradients[buffers.gradientRanges[0]]
    table[sampleCount..<table.count].fill(with: 0)
    // The derivative of the identity reads nothing that was saved.
    Activation.linear.backward(
      saved: gradient, gradient: gradient, into: gradient,
      biasGradient: table[0..<sampleCount])
    buffers.inputGradients[0]?.takeGradient(buffers.outputGradient)
  }
}
