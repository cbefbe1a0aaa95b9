internal import Operators
internal import Tensors

/// A convolution with a ReLU and the maximum over windows that follows it, as one; only a fused graph has
/// it.
///
/// The maximum comes first: it commutes with the ReLU, which then has a fraction of the elements to walk
/// over, forward and backward, and the winners are the same, since a window without positive elements
/// passes no gradient either way. The convolution's own output lives within a call.
struct PooledConvolution: Layer {
  let convolution: Conv2D
  let pool: MaxPool2D

  /// Fuses the two.
  ///
  /// - Precondition: the convolution's activation is a ReLU.
  init(_ convolution: Conv2D, _ pool: MaxPool2D) {
    precondition(convolution.options.activation == .relu, "the maximum commutes with a ReLU")
    self.convolution = convolution
    self.pool = pool
  }

  var kind: String { convolution.kind }
  var computesInBFloat16: Bool { true }

  func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape {
    try pool.outputShape(of: [convolution.outputShape(of: inputs)])
  }

  func parameters(of inputs: [Shape]) -> [ParameterSpec] { convolution.parameters(of: inputs) }

  func multiplyAdds(of inputs: [Shape]) -> Int { convolution.multiplyAdds(of: inputs) }

  func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    try PooledConvolutionOperation(
      convolution.prepare(at: site), hasBias: convolution.options.hasBias,
      geometry: pool.window.geometry(
        image: convolution.imageShape(of: site.inputShapes[0]), batch: site.batch), at: site)
  }
}

private final class PooledConvolutionOperation: Operation {
  let memory: OperationMemory
  private let convolution: Convolution
  private let hasBias: Bool
  private let geometry: PoolGeometry
  private let type: ElementType
  private var buffers: OperationBuffers?

  init(
    _ convolution: Convolution, hasBias: Bool, geometry: PoolGeometry, at site: OperationSite
  ) {
    self.convolution = convolution
    self.hasBias = hasBias
    self.geometry = geometry
    type = site.precision
    var memory = OperationMemory()
    memory.backwardReadsInputs = true
    memory.backwardReadsOutput = true
    memory.savedCount = site.isTraining ? geometry.winnerFloatCount : 0
    memory.scratchCount =
      convolution.scratchCount + site.precision.floatCount(of: geometry.inputCount)
    self.memory = memory
  }

  func bind(_ buffers: OperationBuffers) {
    self.buffers = buffers
  }

  /// What the convolution gives, or the gradient of it.
  private func whole(_ buffers: OperationBuffers) -> ElementView {
    ElementView(
      buffers.scratch[convolution.scratchCount..<memory.scratchCount], count: geometry.inputCount,
      type: type)
  }

  func forward(_ context: StepContext) {
    guard let buffers else { return }
    let whole = whole(buffers)
    convolution.forward(
      buffers.inputs[0], weight: buffers.parameters[0],
      bias: hasBias ? buffers.parameters[1] : nil, into: whole,
      scratch: buffers.scratch[0..<convolution.scratchCount])
    PoolFunction.maximum(
      whole, into: buffers.output, winners: memory.savedCount > 0 ? buffers.saved : nil,
      geometry: geometry)
    Activation.relu.forward(buffers.output, into: buffers.output)
  }

  func backward(_ context: StepContext) {
    guard let buffers else { return }
    let whole = whole(buffers)
    let gradient = buffers.outputGradient
    let scratch = buffers.scratch[0..<convolution.scratchCount]
    // Every gradient of the maximum goes to one element, so the bias's is the same sum.
    if hasBias {
      Activation.relu.backward(
        saved: buffers.output, gradient: gradient, into: gradient,
        biasGradient: context.gradients[buffers.gradientRanges[1]])
    } else {
      Activation.relu.backward(saved: buffers.output, gradient: gradient, into: gradient)
    }
    PoolFunction.maximumBackward(
      gradient: gradient, winners: buffers.saved, into: whole, geometry: geometry)
    convolution.backward(
      toWeight: whole, input: buffers.inputs[0],
      into: context.gradients[buffers.gradientRanges[0]], scratch: scratch)
    if let destination = buffers.inputGradients[0] {
      convolution.backward(
        toInput: whole, weight: buffers.parameters[0], into: destination, scratch: scratch)
    }
  }
}
