internal import Operators
internal import Tensors

/// The bias and the activation that follow a layer's product, and their way back.
struct ProductActivation {
  /// The activation.
  let activation: Activation
  /// Whether the product adds a bias, the layer's second parameter.
  let hasBias: Bool
  /// Whether the gradient of the bias is 0 whatever the output's is.
  private let biasIsIdle: Bool

  /// What follows the product of a layer.
  init(activation: Activation, hasBias: Bool, at site: OperationSite) {
    self.activation = activation
    self.hasBias = hasBias
    biasIsIdle = site.biasIsIdle
  }

  /// Asks for the memory that the backward pass needs of the forward one.
  func claim(_ memory: inout OperationMemory, at site: OperationSite) {
    let readsInput = activation.derivativeReadsInput
    memory.backwardReadsOutput = activation.kind != .linear && !readsInput
    memory.savedCount =
      site.isTraining && readsInput ? site.precision.floatCount(of: site.outputCount) : 0
  }

  /// Where the product goes: what the activation's derivative reads is kept.
  func product(_ buffers: OperationBuffers) -> ElementView {
    buffers.saved.count > 0
      ? ElementView(buffers.saved, count: buffers.output.count, type: buffers.output.type)
      : buffers.output
  }

  /// Applies the activation to the product.
  func forward(_ buffers: OperationBuffers) {
    if activation.kind != .linear {
      activation.forward(product(buffers), into: buffers.output)
    }
  }

  /// Turns the output's gradient into the product's, in place, and writes the gradient of the bias.
  func backward(_ buffers: OperationBuffers, _ context: StepContext) {
    let gradient = buffers.outputGradient
    if hasBias && !biasIsIdle {
      activation.backward(
        saved: product(buffers), gradient: gradient, into: gradient,
        biasGradient: context.gradients[buffers.gradientRanges[1]])
    } else if activation.kind != .linear {
      activation.backward(saved: product(buffers), gradient: gradient, into: gradient)
    }
    if hasBias && biasIsIdle { context.gradients[buffers.gradientRanges[1]].fill(with: 0) }
  }
}
