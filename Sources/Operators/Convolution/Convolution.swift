public import Tensors

/// A prepared convolution over images in NHWC: forward, and backward to the input and to the weight.
///
/// The weight is float32 in PyTorch's order [filters, channels / groups, rows, columns]; images, and
/// their gradients, are of either element type. Biases are added forward; their gradient is a sum over
/// rows that goes with the activation's backward pass.
///
/// Each pass is computed by oneDNN's direct convolution, or with fewer multiplications by
/// ``WinogradConvolution`` where that is expected to be faster: a choice by the sizes, and in bfloat16 by
/// whether the CPU has AMX, so ranks on CPUs of one kind choose alike.
public final class Convolution {
  /// Floats of room that every pass needs within its call.
  public let scratchCount: Int
  /// The names of the implementations, forward, then backward where prepared.
  public let implementations: [String]

  private let forwardPass: any ConvolutionForwardPass
  private let inputPass: (any ConvolutionInputPass)?
  private let weightPass: (any ConvolutionWeightPass)?

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
    let winograd = WinogradConvolution(sizes)
    func suiting(_ pass: WinogradConvolution.Pass) -> WinogradPass? {
      // AMX multiplies bfloat16 many times faster than Winograd's float32 products are.
      if type == .bfloat16, ComputeStream.hasAMX { return nil }
      guard let winograd, winograd.suits(pass, type) else { return nil }
      return WinogradPass(winograd, pass)
    }
    let direct = DirectConvolution(sizes, type: type, hasBias: hasBias, stream: stream)
    if let pass = suiting(.forward) {
      forwardPass = pass
    } else {
      forwardPass = try direct.makeForwardPass()
    }
    if !isTraining || !needsInputGradient {
      inputPass = nil
    } else if let pass = suiting(.backwardData) {
      inputPass = pass
    } else {
      inputPass = try direct.makeInputPass()
    }
    if !isTraining {
      weightPass = nil
    } else if let pass = suiting(.backwardWeights) {
      weightPass = pass
    } else {
      weightPass = try direct.makeWeightPass()
    }
    let passes: [(any ConvolutionPass)?] = [forwardPass, inputPass, weightPass]
    scratchCount = passes.compactMap { $0?.scratchCount }.max() ?? 0
    implementations = passes.compactMap { $0?.implementation }
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

/// One of a convolution's three computations.
protocol ConvolutionPass {
  /// Floats of room within a call.
  var scratchCount: Int { get }
  /// Its name, such as `brgconv:avx512_core`.
  var implementation: String { get }
}

/// Computes the output.
protocol ConvolutionForwardPass: ConvolutionPass {
  func execute(
    _ input: ElementView, weight: FloatView, bias: FloatView?, into output: ElementView,
    scratch: FloatView)
}

/// Computes the gradient of the input.
protocol ConvolutionInputPass: ConvolutionPass {
  func execute(
    _ gradient: ElementView, weight: FloatView, into destination: ElementView,
    scratch: FloatView)
}

/// Computes the gradient of the weight.
protocol ConvolutionWeightPass: ConvolutionPass {
  func execute(
    _ gradient: ElementView, input: ElementView, into destination: FloatView,
    scratch: FloatView)
}
