public import Operators
public import Tensors

/// Softmax over the last axis, as a layer.
public struct Softmax: Layer {
  /// The name in a configuration, `softmax`.
  public var kind: String { "softmax" }

  /// A softmax layer.
  public init() {}

  /// The input's shape.
  public func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape { try single(inputs) }

  /// It computes in bfloat16 as it is.
  public var computesInBFloat16: Bool { true }

  /// Prepares the function.
  public func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    SoftmaxOperation(columns: site.outputShape[-1])
  }
}

private final class SoftmaxOperation: Operation {
  let memory: OperationMemory
  private let columns: Int
  private var buffers: OperationBuffers?

  init(columns: Int) {
    self.columns = columns
    var memory = OperationMemory()
    memory.backwardReadsOutput = true
    memory.canForwardInPlace = true
    memory.canBackwardInPlace = true
    self.memory = memory
  }

  func bind(_ buffers: OperationBuffers) {
    self.buffers = buffers
  }

  func forward(_ context: StepContext) {
    guard let buffers else { return }
    SoftmaxFunction.forward(buffers.inputs[0], into: buffers.output, columns: columns)
  }

  func backward(_ context: StepContext) {
    guard let buffers, let inputGradient = buffers.inputGradients[0] else { return }
    SoftmaxFunction.backward(
      output: buffers.output, gradient: buffers.outputGradient, into: inputGradient,
      columns: columns)
  }
}
