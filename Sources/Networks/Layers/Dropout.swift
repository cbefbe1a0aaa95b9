public import Operators
public import Options
public import Tensors

/// Zeroes elements at random in training and scales the others up; passes everything otherwise.
///
/// The masks are a function of (seed, step, layer, sample, element): no rank or thread has a say.
///
/// Reference: "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", Srivastava et
/// al., 2014.
public struct Dropout: Layer {
  /// The name in a configuration, `dropout`.
  public var kind: String { "dropout" }
  /// The probability of an element to become 0.
  public let rate: Double

  /// Dropout.
  ///
  /// - Parameter rate: the probability of an element to become 0, at least 0 and below 1.
  public init(_ rate: Double) {
    precondition(rate >= 0 && rate < 1, "a dropout rate of \(rate)")
    self.rate = rate
  }

  /// Reads `rate`, 0.5 by default.
  public init(options: OptionReader) {
    rate = options.number(
      "rate", default: 0.5, where: { $0 >= 0 && $0 < 1 }, orElse: "at least 0 and below 1",
      standIn: 0)
  }

  /// The input's shape.
  public func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape { try single(inputs) }

  /// It computes in bfloat16 as it is.
  public var computesInBFloat16: Bool { true }

  /// Prepares masks in training, nothing otherwise.
  public func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    site.isTraining && rate > 0
      ? DropoutOperation(rate: Float(rate), at: site) : ViewOperation()
  }
}

private final class DropoutOperation: Operation {
  let memory: OperationMemory
  private let rate: Float
  private let batch: Int
  private let layer: UInt32
  private var buffers: OperationBuffers?

  init(rate: Float, at site: OperationSite) {
    self.rate = rate
    batch = site.batch
    layer = UInt32(truncatingIfNeeded: NameHash.fnv1a(site.name))
    var memory = OperationMemory()
    // A byte an element.
    memory.savedCount = (site.outputCount + 3) / 4
    memory.canForwardInPlace = true
    memory.canBackwardInPlace = true
    self.memory = memory
  }

  func bind(_ buffers: OperationBuffers) {
    self.buffers = buffers
  }

  func forward(_ context: StepContext) {
    guard let buffers else { return }
    unsafe DropoutFunction.forward(
      buffers.inputs[0], into: buffers.output, mask: buffers.saved, rows: batch,
      rate: rate,
      key: context.dropoutKey, step: context.step, layer: layer, sampleIDs: context.sampleIDs)
  }

  func backward(_ context: StepContext) {
    guard let buffers, let inputGradient = buffers.inputGradients[0] else { return }
    DropoutFunction.backward(
      gradient: buffers.outputGradient, mask: buffers.saved, into: inputGradient, rate: rate)
  }
}
