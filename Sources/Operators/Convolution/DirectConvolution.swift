internal import COneDNN
internal import Tensors

/// A convolution computed as it is written, by oneDNN.
struct DirectConvolution {
  private let descriptions: ConvolutionDescriptions
  private let hasBias: Bool
  private let stream: ComputeStream

  /// Describes a convolution.
  init(_ sizes: ConvolutionSizes, type: ElementType, hasBias: Bool, stream: ComputeStream) {
    descriptions = ConvolutionDescriptions(sizes, type: type)
    self.hasBias = hasBias
    self.stream = stream
  }

  /// Prepares the output.
  func makeForwardPass() throws(OperatorError) -> any ConvolutionForwardPass {
    try ForwardPass(
      descriptions, choice: chooseForward(), hasBias: hasBias, stream: stream)
  }

  /// Prepares the gradient of the input.
  func makeInputPass() throws(OperatorError) -> any ConvolutionInputPass {
    try InputGradientPass(descriptions, forward: chooseForward(), stream: stream)
  }

  /// Prepares the gradient of the weight.
  func makeWeightPass() throws(OperatorError) -> any ConvolutionWeightPass {
    try WeightGradientPass(descriptions, forward: chooseForward(), stream: stream)
  }

  /// oneDNN chooses backward passes by the forward one.
  private func chooseForward() throws(OperatorError) -> OneDNNChoice {
    try OneDNNChoice(
      descriptions.forward(hasBias: hasBias), stream: stream, detail: descriptions.detail)
  }
}

/// The output from the input.
private final class ForwardPass: ConvolutionForwardPass {
  let implementation: String
  var scratchCount: Int { weight.roomCount }
  private let weight: ArrangedWeight
  private let input: OneDNNMemory
  private let bias: OneDNNMemory?
  private let output: OneDNNMemory
  private let primitive: OneDNNPrimitive

  init(
    _ sizes: ConvolutionDescriptions, choice: OneDNNChoice, hasBias: Bool, stream: ComputeStream
  ) throws(OperatorError) {
    implementation = choice.implementation
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
private final class InputGradientPass: ConvolutionInputPass {
  let implementation: String
  var scratchCount: Int { weight.roomCount }
  private let weight: ArrangedWeight
  private let gradient: OneDNNMemory
  private let destination: OneDNNMemory
  private let primitive: OneDNNPrimitive

  init(
    _ sizes: ConvolutionDescriptions, forward: OneDNNChoice, stream: ComputeStream
  ) throws(OperatorError) {
    let detail = "the input's gradient of " + sizes.detail
    let choice = try sizes.choose(
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
private final class WeightGradientPass: ConvolutionWeightPass {
  let implementation: String
  var scratchCount: Int { weight.roomCount }
  private let weight: ArrangedWeight
  private let input: OneDNNMemory
  private let gradient: OneDNNMemory
  private let primitive: OneDNNPrimitive

  init(
    _ sizes: ConvolutionDescriptions, forward: OneDNNChoice, stream: ComputeStream
  ) throws(OperatorError) {
    let detail = "the weight's gradient of " + sizes.detail
    let choice = try sizes.choose(
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

extension ConvolutionDescriptions {
  /// oneDNN's choice for a backward pass, among those that are right.
  fileprivate func choose(
    _ operation: dnnl_convolution_desc_t, backwardOf forward: OneDNNChoice, stream: ComputeStream,
    detail: String
  ) throws(OperatorError) -> OneDNNChoice {
    avoidsOneByOne
      ? try OneDNNChoice(
        operation, backwardOf: forward, avoiding: "1x1", stream: stream, detail: detail)
      : try OneDNNChoice(operation, backwardOf: forward, stream: stream, detail: detail)
  }
}
