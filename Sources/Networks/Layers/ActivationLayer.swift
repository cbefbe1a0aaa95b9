public import Operators
public import Tensors

/// An activation as a layer of its own, of any shape.
public struct ActivationLayer: Layer {
  /// The activation's name.
  public var kind: String { activation.kind.rawValue }
  /// The activation.
  public let activation: Activation

  /// An activation as a layer.
  public init(_ activation: Activation) {
    self.activation = activation
  }

  /// The input's shape.
  public func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape { try single(inputs) }

  /// It computes in bfloat16 as it is.
  public var computesInBFloat16: Bool { true }

  /// Prepares the function.
  public func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    ActivationOperation(activation)
  }
}

private final class ActivationOperation: Operation {
  let memory: OperationMemory
  private let activation: Activation
  private var buffers: OperationBuffers?

  init(_ activation: Activation) {
    self.activation = activation
    var memory = OperationMemory()
    memory.backwardReadsInputs = activation.derivativeReadsInput
    memory.backwardReadsOutput = !activation.derivativeReadsInput
    memory.canForwardInPlace = true
    memory.canBackwardInPlace = true
    self.memory = memory
  }

  func bind(_ buffers: OperationBuffers) {
    self.buffers = buffers
  }

  func forward(_ context: StepContext) {
    guard let buffers else { return }
    activation.forward(buffers.inputs[0], into: buffers.output)
  }

  func backward(_ context: StepContext) {
    guard let buffers, let inputGradient = buffers.inputGradients[0] else { return }
    activation.backward(
      saved: activation.derivativeReadsInput ? buffers.inputs[0] : buffers.output,
      gradient: buffers.outputGradient, into: inputGradient)
  }
}
