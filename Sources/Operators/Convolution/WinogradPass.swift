internal import Tensors

/// One of the three computations by Winograd's filtering.
struct WinogradPass: ConvolutionForwardPass, ConvolutionInputPass, ConvolutionWeightPass {
  let scratchCount: Int
  var implementation: String { "winograd" }
  private let convolution: WinogradConvolution

  init(_ convolution: WinogradConvolution, _ pass: WinogradConvolution.Pass) {
    self.convolution = convolution
    scratchCount = convolution.scratchCount(for: pass)
  }

  func execute(
    _ input: ElementView, weight: FloatView, bias: FloatView?, into output: ElementView,
    scratch: FloatView
  ) {
    convolution.forward(input, weight: weight, bias: bias, into: output, scratch: scratch)
  }

  func execute(
    _ gradient: ElementView, weight: FloatView, into destination: ElementView,
    scratch: FloatView
  ) {
    convolution.backwardData(gradient, weight: weight, into: destination, scratch: scratch)
  }

  func execute(
    _ gradient: ElementView, input: ElementView, into destination: FloatView,
    scratch: FloatView
  ) {
    convolution.backwardWeights(
      input: input, gradient: gradient, weightGradient: destination, biasGradient: nil,
      scratch: scratch)
  }
}

extension WinogradConvolution {
  /// The same convolution; nil where its form is another one.
  init?(_ sizes: ConvolutionSizes) {
    let (rows, columns) = (sizes.vertical, sizes.horizontal)
    guard sizes.groups == 1,
      [rows, columns].allSatisfy({ $0.window == 3 && $0.stride == 1 && $0.dilation == 1 })
    else { return nil }
    self.init(
      batch: sizes.batch, height: rows.input, width: columns.input, channels: sizes.channels,
      filters: sizes.filters, top: rows.before, left: columns.before, bottom: rows.after,
      right: columns.after)
  }
}
