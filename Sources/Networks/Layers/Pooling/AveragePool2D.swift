public import Operators
public import Options
public import Tensors

/// The mean of each window of an image, channel by channel.
///
/// The output is [(height + 2 padding - size) / stride + 1, …, channels], rounded down: rows and
/// columns that fill no window are left out. Padding is not counted: a window at the border is the
/// mean of fewer elements.
///
/// Reference: PyTorch's `AvgPool2d` with `count_include_pad=False`.
public struct AveragePool2D: Layer {
  /// The name in a configuration, `average_pool2d`.
  public var kind: String { "average_pool2d" }
  private let window: PoolWindow

  /// A mean over windows.
  ///
  /// - Parameters:
  ///   - size: the window.
  ///   - stride: the distance from one window to the next; the size unless given.
  ///   - padding: rows and columns on each side, at most half the window.
  public init(_ size: Extent2D, stride: Extent2D? = nil, padding: Extent2D = 0) {
    window = PoolWindow(size: size, stride: stride, padding: padding)
  }

  /// Reads `size`, `stride` and `padding`.
  public init(options: OptionReader) {
    window = PoolWindow(options: options)
  }

  /// An image of as many channels.
  public func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape {
    try window.outputShape(of: single(inputs), in: self)
  }

  /// It computes in bfloat16 as it is.
  public var computesInBFloat16: Bool { true }

  /// Prepares the function.
  public func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    AveragePoolOperation(window.geometry(at: site))
  }
}

/// Keeps nothing for the backward pass.
final class AveragePoolOperation: Operation {
  let memory = OperationMemory()
  private let geometry: PoolGeometry
  private var buffers: OperationBuffers?

  init(_ geometry: PoolGeometry) {
    self.geometry = geometry
  }

  func bind(_ buffers: OperationBuffers) {
    self.buffers = buffers
  }

  func forward(_ context: StepContext) {
    guard let buffers else { return }
    PoolFunction.average(
      buffers.inputs[0], into: buffers.output, geometry: geometry)
  }

  func backward(_ context: StepContext) {
    guard let buffers, let inputGradient = buffers.inputGradients[0] else { return }
    PoolFunction.averageBackward(
      gradient: buffers.outputGradient, into: inputGradient,
      geometry: geometry)
  }
}
