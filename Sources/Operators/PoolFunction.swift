internal import CKernels
package import Tensors

/// The sizes of a pooling of images [height, width, channels].
package struct PoolGeometry: Sendable {
  /// The kernels' form of it.
  private let pool: ck_pool

  /// A pooling of `batch` images.
  ///
  /// - Precondition: every window holds an element of the image: padding is at most half the window,
  ///   which is no larger than the padded image.
  package init(
    input: Shape, batch: Int, window: (height: Int, width: Int),
    stride: (height: Int, width: Int), padding: (height: Int, width: Int)
  ) {
    precondition(input.rank == 3, "a pooling of \(input)")
    func outputs(_ size: Int, _ window: Int, _ stride: Int, _ padding: Int) -> Int {
      precondition(
        window > 0 && stride > 0 && 0...(window / 2) ~= padding && window <= size + 2 * padding,
        "a window of \(window) by \(stride) on \(size) padded by \(padding)")
      return Self.outputSize(of: size, window: window, stride: stride, padding: padding)
    }
    pool = ck_pool(
      batch: batch, height: input[0], width: input[1], channels: input[2],
      out_height: outputs(input[0], window.height, stride.height, padding.height),
      out_width: outputs(input[1], window.width, stride.width, padding.width),
      window_height: window.height, window_width: window.width, stride_height: stride.height,
      stride_width: stride.width, padding_height: padding.height, padding_width: padding.width)
  }

  /// Windows that fit along an axis, the last one wholly inside the padded input.
  package static func outputSize(of size: Int, window: Int, stride: Int, padding: Int) -> Int {
    (size + 2 * padding - window) / stride + 1
  }

  /// Elements of all inputs.
  package var inputCount: Int { pool.batch * pool.height * pool.width * pool.channels }
  /// Elements of all outputs.
  package var outputCount: Int { pool.batch * pool.out_height * pool.out_width * pool.channels }

  /// Floats whose room holds the winners of ``PoolFunction/maximum(_:into:winners:geometry:)``.
  package var winnerFloatCount: Int {
    let byteCount = unsafe withKernel { unsafe ck_pool_winner_size($0) }
    return (outputCount * byteCount + 3) / 4
  }

  fileprivate func withKernel<Result>(_ body: (UnsafePointer<ck_pool>) -> Result) -> Result {
    unsafe withUnsafePointer(to: pool) { unsafe body($0) }
  }
}

/// Pooling of images: each window becomes its maximum or its mean, channel by channel.
///
/// Images are NHWC, of either element type.
package enum PoolFunction {
  /// Writes the maximum of each window; what lies outside of the image is -infinity.
  ///
  /// Of equal elements the first in the window wins, and NaN wins over all others, as in PyTorch.
  ///
  /// - Parameters:
  ///   - input: [batch, height, width, channels].
  ///   - output: [batch, output height, output width, channels].
  ///   - winners: takes what the backward pass needs; nil where there is none.
  ///   - geometry: the sizes.
  package static func maximum(
    _ input: ElementView, into output: ElementView, winners: FloatView?, geometry: PoolGeometry
  ) {
    check(input, output, geometry)
    assert((winners?.count ?? geometry.winnerFloatCount) >= geometry.winnerFloatCount)
    unsafe geometry.withKernel {
      unsafe ck_max_pool_forward(
        input.type.code, $0, input.pointer, output.pointer, winners?.pointer)
    }
  }

  /// Writes the gradient of the input: each output's goes to its winner.
  package static func maximumBackward(
    gradient: ElementView, winners: FloatView, into destination: ElementView,
    geometry: PoolGeometry
  ) {
    check(destination, gradient, geometry)
    assert(winners.count >= geometry.winnerFloatCount)
    unsafe geometry.withKernel {
      unsafe ck_max_pool_backward(
        gradient.type.code, $0, gradient.pointer, winners.pointer, destination.pointer)
    }
  }

  /// Writes the mean of each window's elements inside the image.
  package static func average(
    _ input: ElementView, into output: ElementView, geometry: PoolGeometry
  ) {
    check(input, output, geometry)
    unsafe geometry.withKernel {
      unsafe ck_average_pool_forward(input.type.code, $0, input.pointer, output.pointer)
    }
  }

  /// Writes the gradient of the input: each output's is shared by its window's elements.
  package static func averageBackward(
    gradient: ElementView, into destination: ElementView, geometry: PoolGeometry
  ) {
    check(destination, gradient, geometry)
    unsafe geometry.withKernel {
      unsafe ck_average_pool_backward(
        gradient.type.code, $0, gradient.pointer, destination.pointer)
    }
  }

  private static func check(
    _ input: ElementView, _ output: ElementView, _ geometry: PoolGeometry
  ) {
    assert(input.count == geometry.inputCount && output.count == geometry.outputCount)
    assert(input.type == output.type)
  }
}
