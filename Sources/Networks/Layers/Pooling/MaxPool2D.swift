public import Operators
public import Options
public import Tensors

/// The maximum of each window of an image, channel by channel.
///
/// The output is [(height + 2 padding - size) / stride + 1, …, channels], rounded down: rows and
/// columns that fill no window are left out. Of equal elements the first takes the gradient.
///
/// Reference: PyTorch's `MaxPool2d`.
public struct MaxPool2D: Layer {
  /// The name in a configuration, `max_pool2d`.
  public var kind: String { "max_pool2d" }
  let window: PoolWindow

  /// A maximum over windows.
  ///
  /// - Parameters:
  ///   - size: the window.
  ///   - stride: the distance from one window to the next; the size unless given.
  ///   - padding: rows and columns of -infinity on each side, at most half the window.
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
    MaxPoolOperation(window.geometry(at: site), at: site)
  }
}

/// Keeps the place of each maximum for the backward pass, and neither input nor output.
final class MaxPoolOperation: Operation {
  let memory: OperationMemory
  private let geometry: PoolGeometry
  private var buffers: OperationBuffers?

  init(_ geometry: PoolGeometry, at site: OperationSite) {
    self.geometry = geometry
    var memory = OperationMemory()
    let hasBackward = site.isTraining && site.needsInputGradient[0]
    memory.savedCount = hasBackward ? geometry.winnerFloatCount : 0
    self.memory = memory
  }

  func bind(_ buffers: OperationBuffers) {
    self.buffers = buffers
  }

  func forward(_ context: StepContext) {
    guard let buffers else { return }
    PoolFunction.maximum(
      buffers.inputs[0], into: buffers.output,
      winners: memory.savedCount > 0 ? buffers.saved : nil, geometry: geometry)
  }

  func backward(_ context: StepContext) {
    guard let buffers, let inputGradient = buffers.inputGradients[0] else { return }
    PoolFunction.maximumBackward(
      gradient: buffers.outputGradient, winners: buffers.saved,
      into: inputGradient, geometry: geometry)
  }
}
