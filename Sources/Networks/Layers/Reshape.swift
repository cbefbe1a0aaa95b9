public import Operators
public import Options
public import Tensors

/// Gives a sample's elements another shape; the elements stay where they are.
public struct Reshape: Layer {
  /// The name in a configuration, `reshape`.
  public var kind: String { "reshape" }
  /// The shape of one sample; one axis may be -1, which takes what is left.
  public let dimensions: [Int]

  /// Gives a sample another shape.
  public init(_ dimensions: Int...) {
    self.dimensions = dimensions
  }

  /// Reads `shape`.
  public init(options: OptionReader) {
    if !options.has("shape") { options.reportMissing("shape") }
    dimensions = options.integers("shape", in: (-1)...) ?? []
  }

  /// The new shape.
  public func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape {
    let input = try single(inputs)
    let known = dimensions.filter { $0 != -1 }.reduce(1, *)
    let free = dimensions.count { $0 == -1 }
    guard known > 0, free <= 1, free == 0 ? known == input.count : input.count % known == 0 else {
      throw LayerError(
        "cannot reshape \(input) of \(input.count) elements to \(Shape(dimensions))",
        hint: "the elements' number must stay; one axis may be -1")
    }
    return Shape(dimensions.map { $0 == -1 ? input.count / known : $0 })
  }

  /// Prepares nothing.
  public func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    ViewOperation()
  }
}

/// Gives a sample's elements one axis, in the order they are stored.
public struct Flatten: Layer {
  /// The name in a configuration, `flatten`.
  public var kind: String { "flatten" }

  /// A flattening layer.
  public init() {}

  /// One axis of all elements.
  public func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape {
    [try single(inputs).count]
  }

  /// Prepares nothing.
  public func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    ViewOperation()
  }
}

/// Passes its input on as it lies in memory.
final class ViewOperation: Operation {
  let memory: OperationMemory
  private var buffers: OperationBuffers?

  init() {
    var memory = OperationMemory()
    memory.isView = true
    memory.canBackwardInPlace = true
    self.memory = memory
  }

  func bind(_ buffers: OperationBuffers) {
    self.buffers = buffers
  }

  func forward(_ context: StepContext) {}

  func backward(_ context: StepContext) {
    guard let buffers else { return }
    buffers.inputGradients[0]?.takeGradient(buffers.outputGradient)
  }
}
