internal import Operators
internal import Tensors

/// A convolution with its bias and activation, prepared for one batch size.
final class ConvolutionOperation: Operation {
  let memory: OperationMemory
  private let activation: ProductActivation
  private let convolution: Convolution
  private var buffers: OperationBuffers?

  init(
    _ options: ConvolutionOptions, _ convolution: Convolution, at site: OperationSite
  ) {
    activation = ProductActivation(
      activation: options.activation, hasBias: options.hasBias, at: site)
    self.convolution = convolution
    var memory = OperationMemory()
    memory.backwardReadsInputs = true
    memory.scratchCount = convolution.scratchCount
    activation.claim(&memory, at: site)
    self.memory = memory
  }

  func bind(_ buffers: OperationBuffers) {
    self.buffers = buffers
  }

  func forward(_ context: StepContext) {
    guard let buffers else { return }
    convolution.forward(
      buffers.inputs[0], weight: buffers.parameters[0],
      bias: activation.hasBias ? buffers.parameters[1] : nil, into: activation.product(buffers),
      scratch: buffers.scratch)
    activation.forward(buffers)
  }

  func backward(_ context: StepContext) {
    guard let buffers else { return }
    activation.backward(buffers, context)
    convolution.backward(
      toWeight: buffers.outputGradient, input: buffers.inputs[0],
      into: context.gradients[buffers.gradientRanges[0]], scratch: buffers.scratch)
    if let destination = buffers.inputGradients[0] {
      convolution.backward(
        toInput: buffers.outputGradient, weight: buffers.parameters[0], into: destination,
        scratch: buffers.scratch)
    }
  }
}
