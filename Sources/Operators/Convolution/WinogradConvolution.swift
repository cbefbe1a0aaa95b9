internal import CKernels
package import Tensors

/// A convolution with 3x3 kernels, stride 1, dilation 1 and one group, computed with a quarter of the
/// multiplications: F(4x4, 3x3) of Lavin and Gray, "Fast Algorithms for Convolutional Neural
/// Networks", 2016 (the matrices are in `ck_winograd.h`).
///
/// Images are [batch, height, width, channels], float32 or bfloat16 (which is computed with in
/// float32 and rounded once); weights are PyTorch's [filters, channels, 3, 3] in float32. Results
/// differ from a direct convolution's by rounding: by 1e-6 (16 channels) to 4e-6 (512) of the largest
/// result. A number that is not finite makes all results of the tiles that it is part of not finite.
package struct WinogradConvolution: Sendable {
  /// One of the three computations of a training step.
  package enum Pass: CaseIterable, Sendable {
    /// The output, from the input.
    case forward
    /// The gradient of the input, from that of the output.
    case backwardData
    /// The gradients of the weights and the bias, from the input and the output's gradient.
    case backwardWeights
  }

  private let shape: ck_winograd_shape

  /// Elements of the input.
  package var inputCount: Int { Int(shape.batch * shape.height * shape.width * shape.channels) }
  /// Elements of the weights.
  package var weightCount: Int { Int(shape.filters * shape.channels) * 9 }
  /// Rows of the output.
  package var outputHeight: Int { Int(shape.out_height) }
  /// Columns of the output.
  package var outputWidth: Int { Int(shape.out_width) }
  /// Elements of the output.
  package var outputCount: Int {
    Int(shape.batch * shape.out_height * shape.out_width * shape.filters)
  }

  /// A convolution of some sizes; nil where padding is not 0 to 2 on each side, or without an output.
  ///
  /// - Parameters:
  ///   - batch: images.
  ///   - height: rows of an input image.
  ///   - width: columns of an input image.
  ///   - channels: channels of the input.
  ///   - filters: channels of the output.
  ///   - top: rows of zeros before the first.
  ///   - left: columns of zeros before the first.
  ///   - bottom: rows of zeros behind the last.
  ///   - right: columns of zeros behind the last.
  /// - Precondition: the sizes are positive.
  package init?(
    batch: Int, height: Int, width: Int, channels: Int, filters: Int,
    top: Int, left: Int, bottom: Int, right: Int
  ) {
    precondition(batch > 0 && height > 0 && width > 0 && channels > 0 && filters > 0)
    guard [top, left, bottom, right].allSatisfy((0...2).contains) else { return nil }
    let outputHeight = height + top + bottom - 2
    let outputWidth = width + left + right - 2
    guard outputHeight > 0, outputWidth > 0 else { return nil }
    shape = ck_winograd_shape(
      batch: batch, height: height, width: width, channels: channels, filters: filters,
      top: top, left: left, out_height: outputHeight, out_width: outputWidth)
  }

  /// Floats of scratch memory that a pass needs.
  package func scratchCount(for pass: Pass) -> Int {
    switch pass {
    case .forward: ck_winograd_forward_scratch(shape)
    case .backwardData: ck_winograd_backward_data_scratch(shape)
    case .backwardWeights: ck_winograd_backward_weights_scratch(shape)
    }
  }

  /// Whether a pass is expected to be faster than a direct convolution.
  ///
  /// Depends on the sizes alone, so that every rank decides alike. Both costs are in vector operations
  /// of 16 floats, measured on one core with AVX-512; a direct convolution with bfloat16 does two
  /// products in one.
  package func suits(_ pass: Pass, _ type: ElementType) -> Bool {
    let isTurned = pass == .backwardData
    let inputs = Int(isTurned ? shape.filters : shape.channels)
    let outputs = Int(isTurned ? shape.channels : shape.filters)
    let inputGroups = (inputs + 15) / 16
    let outputGroups = (outputs + 15) / 16
    let rows = Int(isTurned ? shape.height : shape.out_height)
    let columns = Int(isTurned ? shape.width : shape.out_width)
    let tiles = Int(shape.batch) * ((rows + 3) / 4) * ((columns + 3) / 4)

    // A direct convolution leaves out the products with padding.
    let direct =
      Int(shape.batch) * validProducts(shape.height, shape.out_height, shape.top)
      * validProducts(shape.width, shape.out_width, shape.left) * inputs * outputGroups
    let products = 36 * (pass == .backwardWeights ? 16 * inputGroups : inputs) * outputGroups
    // Channels of partly empty groups are copied.
    let copies = (inputs % 16 == 0 ? 0 : 1_000) + (outputs % 16 == 0 ? 0 : 400)
    let transforms = (inputGroups + outputGroups) * 220 + copies
    // Points of weights beyond about 4 MiB come from, or go to, memory.
    let vectors = inputs * outputGroups
    let weights = vectors * (vectors > 2_048 ? 1_500 : pass == .backwardWeights ? 600 : 400)
    let winograd = (tiles + 5) / 6 * 6 * products + tiles * transforms + weights
    return winograd * 12 <= direct * (type == .bfloat16 ? 6 : 10)
  }

  /// Pairs of an output's and an input's position along an axis, without those in the padding.
  private func validProducts(_ input: Int, _ output: Int, _ before: Int) -> Int {
    (0..<3).reduce(0) { sum, tap in
      let first = max(0, before - tap)
      let end = min(output, input + before - tap)
      return sum + max(0, end - first)
    }
  }

  /// Computes the output.
  ///
  /// - Parameters:
  ///   - input: [batch, height, width, channels].
  ///   - weight: [filters, channels, 3, 3].
  ///   - bias: [filters]; nil for none.
  ///   - output: [batch, output height, output width, filters], of the input's type.
  ///   - scratch: ``scratchCount(for:)`` floats.
  package func forward(
    _ input: ElementView, weight: FloatView, bias: FloatView?, into output: ElementView,
    scratch: FloatView
  ) {
    precondition(input.count == inputCount && output.count == outputCount)
    precondition(weight.count == weightCount && (bias?.count ?? filters) == filters)
    precondition(input.type == output.type && scratch.count >= scratchCount(for: .forward))
    unsafe ck_winograd_forward(
      shape, input.pointer, weight.pointer, bias?.pointer, output.pointer,
      input.type == .bfloat16, scratch.pointer)
  }

  /// Computes the gradient of the input.
  ///
  /// - Parameters:
  ///   - gradient: the gradient of the output.
  ///   - weight: [filters, channels, 3, 3].
  ///   - destination: the gradient of the input, of the same type.
  ///   - scratch: ``scratchCount(for:)`` floats.
  package func backwardData(
    _ gradient: ElementView, weight: FloatView, into destination: ElementView, scratch: FloatView
  ) {
    precondition(gradient.count == outputCount && destination.count == inputCount)
    precondition(weight.count == weightCount && gradient.type == destination.type)
    precondition(scratch.count >= scratchCount(for: .backwardData))
    unsafe ck_winograd_backward_data(
      shape, gradient.pointer, weight.pointer, destination.pointer,
      gradient.type == .bfloat16, scratch.pointer)
  }

  /// Computes the gradients of the weights and the bias, summed over tiles in their order.
  ///
  /// - Parameters:
  ///   - input: [batch, height, width, channels].
  ///   - gradient: the gradient of the output, of the input's type.
  ///   - weightGradient: [filters, channels, 3, 3].
  ///   - biasGradient: [filters]; nil for none.
  ///   - scratch: ``scratchCount(for:)`` floats.
  package func backwardWeights(
    input: ElementView, gradient: ElementView, weightGradient: FloatView,
    biasGradient: FloatView?, scratch: FloatView
  ) {
    precondition(input.count == inputCount && gradient.count == outputCount)
    precondition(weightGradient.count == weightCount && input.type == gradient.type)
    precondition((biasGradient?.count ?? filters) == filters)
    precondition(scratch.count >= scratchCount(for: .backwardWeights))
    unsafe ck_winograd_backward_weights(
      shape, input.pointer, gradient.pointer, weightGradient.pointer, biasGradient?.pointer,
      input.type == .bfloat16, scratch.pointer)
  }

  private var filters: Int { Int(shape.filters) }
}
