public import Operators
public import Options
public import Tensors

/// Normalizes the last axis of every sample to mean 0 and variance 1, then scales and shifts it by
/// a learned weight and bias.
///
/// Reference: "Layer Normalization", Ba, Kiros and Hinton, 2016.
public struct LayerNorm: Layer {
  /// The name in a configuration, `layer_norm`.
  public var kind: String { "layer_norm" }
  /// Added to the variance.
  public let epsilon: Float

  /// A normalization of the last axis.
  ///
  /// - Parameter epsilon: added to the variance, above 0.
  public init(epsilon: Float = 1e-5) {
    precondition(epsilon > 0, "layer_norm: epsilon must be above 0, is \(epsilon)")
    self.epsilon = epsilon
  }

  /// Reads `epsilon`, 1e-5 by default.
  public init(options: OptionReader) {
    epsilon = Float(
      options.number(
        "epsilon", default: 1e-5, where: { Float($0) > 0 && $0.isFinite },
        orElse: "a float32 above 0", standIn: 1e-5))
  }

  /// The input's shape.
  public func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape {
    let input = try single(inputs)
    guard input.rank > 0 else {
      throw LayerError("layer_norm takes at least one axis, found \(input)")
    }
    return input
  }

  /// `weight` and `bias`, one for each index of the last axis.
  public func parameters(of inputs: [Shape]) -> [ParameterSpec] {
    [
      ParameterSpec(name: "weight", shape: [inputs[0][-1]], initializer: .ones),
      ParameterSpec(name: "bias", shape: [inputs[0][-1]], initializer: .zeros),
    ]
  }

  /// It computes in bfloat16 as it is.
  public var computesInBFloat16: Bool { true }

  /// Prepares the function.
  public func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    LayerNormOperation(epsilon: epsilon, at: site)
  }
}

private final class LayerNormOperation: Operation {
  let memory: OperationMemory
  private let epsilon: Float
  private var buffers: OperationBuffers?

  init(epsilon: Float, at site: OperationSite) {
    self.epsilon = epsilon
    var memory = OperationMemory()
    memory.backwardReadsInputs = true
    memory.savedCount = site.isTraining ? 2 * site.outputCount / site.outputShape[-1] : 0
    memory.canForwardInPlace = true
    memory.canBackwardInPlace = true
    self.memory = memory
  }

  func bind(_ buffers: OperationBuffers) {
    self.buffers = buffers
  }

  func forward(_ context: StepContext) {
    guard let buffers else { return }
    LayerNormFunction.forward(
      buffers.inputs[0], weight: buffers.parameters[0], bias: buffers.parameters[1],
      epsilon: epsilon, into: buffers.output,
      saved: memory.savedCount > 0 ? buffers.saved : nil)
  }

  func backward(_ context: StepContext) {
    guard let buffers else { return }
    LayerNormFunction.backward(
      input: buffers.inputs[0], weight: buffers.parameters[0], saved: buffers.saved,
      gradient: buffers.outputGradient, into: buffers.inputGradients[0],
      weightGradient: context.gradients[buffers.gradientRanges[0]],
      biasGradient: context.gradients[buffers.gradientRanges[1]])
  }
}
