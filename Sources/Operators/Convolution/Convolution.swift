internal import COneDNN
public import Tensors

/// A prepared convolution over images in NHWC: forward, and backward to the input and to the weight.
///
/// The weight is float32 in PyTorch's order [filters, channels / groups, rows, columns]; images, and
/// their gradients, are of either element type. Biases are added forward; their gradient is a sum over
/// rows that goes with the activation's backward pass.
public final class Convolution {
  /// Floats of room that every pass needs within its call.
  public let scratchCount: Int
  /// The names of oneDNN's implementations, forward, then backward where prepared.
  public let implementations: [String]

  private let forwardPass: ForwardPass
  private let inputPass: InputGradientPass?
  private let weightPass: WeightGradientPass?

  /// Prepares a convolution.
  ///
  /// - Parameters:
  ///   - sizes: the sizes.
  ///   - type: how the images' elements are stored.
  ///   - hasBias: whether a bias is given forward.
  ///   - isTraining: whether the gradient of the weight is wanted.
  ///   - needsInputGradient: whether the gradient of the input is wanted too.
  ///   - stream: the thread's stream.
  /// - Throws: ``OperatorError`` where oneDNN has no implementation.
  public init(
    _ sizes: ConvolutionSizes, type: ElementType = .float32, hasBias: Bool, isTraining: Bool,
    needsInputGradient: Bool, stream: ComputeStream
  ) throws(OperatorError) {
    let descriptions = ConvolutionDescriptions(sizes, type: type)
    let forward = try ForwardPass(descriptions, hasBias: hasBias, stream: stream)
    forwardPass = forward
    inputPass =
      isTraining && needsInputGradient
      ? try InputGradientPass(descriptions, forward: forward.choice, stream: stream) : nil
    weightPass =
      isTraining
      ? try WeightGradientPass(descriptions, forward: forward.choice, stream: stream) : nil
    scratchCount = max(
      forward.weight.roomCount, inputPass?.weight.roomCount ?? 0, weightPass?.weight.roomCount ?? 0)
    implementations = [
      forward.choice.implementation, inputPass?.implementation, weightPass?.implementation,
    ].compactMap { $0 }
  }

  /// Computes the output.
  ///
  /// - Parameters:
  ///   - input: [batch, height, width, channels].
  ///   - weight: [filters, channels / groups, rows, columns].
  ///   - bias: [filters]; given if and only if it was prepared.
  ///   - output: [batch, output height, output width, filters].
  ///   - scratch: ``scratchCount`` floats.
  public func forward(
    _ input: ElementView, weight: FloatView, bias: FloatView?, into output: ElementView,
    scratch: FloatView
  ) {
    forwardPass.execute(input, weight: weight, bias: bias, into: output, scratch: scratch)
  }

  /// Computes the gradient of the input.
  ///
  /// - Parameters:
  ///   - gradient: the gradient of the output.
  ///   - weight: the weight.
  ///   - destination: the gradient of the input, overwritten.
  ///   - scratch: ``scratchCount`` floats.
  /// - Precondition: it was prepared.
  public func backward(
    toInput gradient: ElementView, weight: FloatView, into destination: ElementView,
    scratch: FloatView
  ) {
    guard let inputPass else { preconditionFailure("no gradient of the input was prepared") }
    inputPass.execute(gradient, weight: weight, into: destination, scratch: scratch)
  }

  /// Computes the gradient of the weight.
  ///
  /// - Parameters:
  ///   - gradient: the gradient of the output.
  ///   - input: the input of the forward pass.
  ///   - destination: the gradient of the weight, in PyTorch's order, overwritten.
  ///   - scratch: ``scratchCount`` floats.
  /// - Precondition: it was prepared.
  public func backward(
    toWeight gradient: ElementView, input: ElementView, into destination: FloatView,
    scratch: FloatView
  ) {
    guard let weightPass else { preconditionFailure("no gradient of the weight was prepared") }
    weightPass.execute(gradient, input: input, into: destination, scratch: scratch)
  }
}

/// The output from the input.
private final class ForwardPass {
  let choice: OneDNNChoice
  let weight: ArrangedWeight
  private let input: OneDNNMemory
  private let bias: OneDNNMemory?
  private let output: OneDNNMemory
  private let primitive: OneDNNPrimitive

  init(
    _ sizes: ConvolutionDescriptions, hasBias: Bool, stream: ComputeStream
  ) throws(OperatorError) {
    choice = try OneDNNChoice(
      sizes.forward(hasBias: hasBias), stream: stream, detail: sizes.detail)
    weight = try ArrangedWeight(
      sizes.plainWeight, choice.description(dnnl_query_weights_md), stream: stream,
      detail: sizes.detail)
    input = try OneDNNMemory(sizes.input, stream: stream, detail: sizes.detail)
    output = try OneDNNMemory(sizes.output, stream: stream, detail: sizes.detail)
    bias = hasBias ? try OneDNNMemory(sizes.bias, stream: stream, detail: sizes.detail) : nil
    let arguments = [
      (DNNL_ARG_SRC, input), (DNNL_ARG_WEIGHTS, weight.memory), (DNNL_ARG_DST, output),
    ]
    primitive = try choice.makePrimitive(arguments + (bias.map { [(DNNL_ARG_BIAS, $0)] } ?? []))
  }

  func execute(
    _ inputView: ElementView, weight weightView: FloatView, bias biasView: FloatView?,
    into outputView: ElementView, scratch: FloatView
  ) {
    weight.arrange(weightView, in: scratch)
    input.point(at: inputView)
    output.point(at: outputView)
    if let bias, let biasView { bias.point(at: ElementView(biasView)) }
    primitive.execute()
  }
}

/// The gradient of the input from that of the output.
private final class InputGradientPass {
  let implementation: String
  let weight: ArrangedWeight
  private let gradient: OneDNNMemory
  private let destination: OneDNNMemory
  private let primitive: OneDNNPrimitive

  init(
    _ sizes: ConvolutionDescriptions, forward: OneDNNChoice, stream: ComputeStream
  ) throws(OperatorError) {
    let detail = "the input's gradient of " + sizes.detail
    let choice = try OneDNNChoice(
      sizes.backwardToInput(), backwardOf: forward, stream: stream, detail: detail)
    implementation = choice.implementation
    weight = try ArrangedWeight(
      sizes.plainWeight, choice.description(dnnl_query_weights_md), stream: stream, detail: detail)
    gradient = try OneDNNMemory(sizes.output, stream: stream, detail: detail)
    destination = try OneDNNMemory(sizes.input, stream: stream, detail: detail)
    primitive = try choice.makePrimitive([
      (DNNL_ARG_DIFF_DST, gradient), (DNNL_ARG_WEIGHTS, weight.memory),
      (DNNL_ARG_DIFF_SRC, destination),
    ])
  }

  func execute(
    _ gradientView: ElementView, weight weightView: FloatView, into view: ElementView,
    scratch: FloatView
  ) {
    weight.arrange(weightView, in: scratch)
    gradient.point(at: gradientView)
    destination.point(at: view)
    primitive.execute()
  }
}

/// The gradient of the weight from the input and the gradient of the output.
private final class WeightGradientPass {
  let implementation: String
  let weight: ArrangedWeight
  private let input: OneDNNMemory
  private let gradient: OneDNNMemory
  private let primitive: OneDNNPrimitive

  init(
    _ sizes: ConvolutionDescriptions, forward: OneDNNChoice, stream: ComputeStream
  ) throws(OperatorError) {
    let detail = "the weight's gradient of " + sizes.detail
    let choice = try OneDNNChoice(
      sizes.backwardToWeight(), backwardOf: forward, stream: stream, detail: detail)
    implementation = choice.implementation
    weight = try ArrangedWeight(
      sizes.plainWeight, choice.description(dnnl_query_diff_weights_md), isGradient: true,
      stream: stream, detail: detail)
    input = try OneDNNMemory(sizes.input, stream: stream, detail: detail)
    gradient = try OneDNNMemory(sizes.output, stream: stream, detail: detail)
    primitive = try choice.makePrimitive([
      (DNNL_ARG_SRC, input), (DNNL_ARG_DIFF_DST, gradient),
      (DNNL_ARG_DIFF_WEIGHTS, weight.memory),
    ])
  }

  func execute(
    _ gradientView: ElementView, input inputView: ElementView, into view: FloatView,
    scratch: FloatView
  ) {
    weight.place(view, in: scratch)
    input.point(at: inputView)
    gradient.point(at: gradientView)
    primitive.execute()
    weight.restore()
  }
}
