public import Operators
public import Tensors

/// Its inputs side by side on the last axis; their other axes have the same sizes.
public struct Concatenate: Layer {
  /// The name in a configuration, `concatenate`.
  public var kind: String { "concatenate" }

  /// A concatenation; name its inputs with `from`.
  public init() {}

  /// The first input's shape with the sum of all last axes.
  public func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape {
    try several(inputs)
    let leading = inputs[0].dimensions.dropLast()
    for input in inputs where input.rank == 0 || input.dimensions.dropLast() != leading {
      throw LayerError(
        "concatenate takes inputs that differ on the last axis alone, found \(inputs[0]) "
          + "and \(input)")
    }
    return Shape(leading + [inputs.reduce(0) { $0 + $1[-1] }])
  }

  /// It computes in bfloat16 as it is.
  public var computesInBFloat16: Bool { true }

  /// Prepares the copies.
  public func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    ConcatenateOperation(at: site)
  }
}

private final class ConcatenateOperation: Operation {
  let memory = OperationMemory()
  private let rows: Int
  private let offsets: [Int]
  private var buffers: OperationBuffers?

  init(at site: OperationSite) {
    rows = site.outputCount / site.outputShape[-1]
    var offsets: [Int] = []
    var offset = 0
    for shape in site.inputShapes {
      offsets.append(offset)
      offset += shape[-1]
    }
    self.offsets = offsets
  }

  func bind(_ buffers: OperationBuffers) {
    self.buffers = buffers
  }

  func forward(_ context: StepContext) {
    guard let buffers else { return }
    for (input, offset) in zip(buffers.inputs, offsets) {
      Elementwise.insertColumns(input, into: buffers.output, rows: rows, at: offset)
    }
  }

  func backward(_ context: StepContext) {
    guard let buffers else { return }
    for (gradient, offset) in zip(buffers.inputGradients, offsets) {
      guard let gradient else { continue }
      Elementwise.extractColumns(
        of: buffers.outputGradient, into: gradient, rows: rows, at: offset)
    }
  }
}
