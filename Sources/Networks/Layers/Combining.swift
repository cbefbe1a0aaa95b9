public import Operators
public import Tensors

/// The sum of its inputs, which have one shape.
public struct Add: Layer {
  /// The name in a configuration, `add`.
  public var kind: String { "add" }

  /// A sum; name its inputs with `from`.
  public init() {}

  /// The inputs' shape.
  public func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape {
    try combined(inputs)
  }

  /// It computes in bfloat16 as it is.
  public var computesInBFloat16: Bool { true }

  /// Prepares the sum.
  public func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    AddOperation()
  }
}

/// The product of its inputs, element by element; they have one shape.
public struct Multiply: Layer {
  /// The name in a configuration, `multiply`.
  public var kind: String { "multiply" }

  /// A product; name its inputs with `from`.
  public init() {}

  /// The inputs' shape.
  public func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape {
    try combined(inputs)
  }

  /// It computes in bfloat16 as it is.
  public var computesInBFloat16: Bool { true }

  /// Prepares the product.
  public func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    MultiplyOperation()
  }
}

extension Layer {
  /// The one shape of several inputs.
  ///
  /// - Throws: ``LayerError`` where there is but one input, or one of another shape.
  fileprivate func combined(_ inputs: [Shape]) throws(LayerError) -> Shape {
    try several(inputs)
    if let other = inputs.first(where: { $0 != inputs[0] }) {
      throw LayerError(
        "\(kind) takes inputs of one shape, found \(inputs[0]) and \(other)",
        hint: "bring them to one shape first, for example with dense layers of as many units")
    }
    return inputs[0]
  }

  /// Refuses a single input.
  func several(_ inputs: [Shape]) throws(LayerError) {
    guard inputs.count > 1 else {
      throw LayerError(
        "\(kind) takes two inputs or more, found \(inputs.count)",
        hint: "name them: `\(kind): {from: [left, right]}`")
    }
  }
}

extension ElementView {
  /// Takes over a gradient that passes through unchanged; nothing is to be done where the planner
  /// let both share their memory.
  func takeGradient(_ gradient: ElementView) {
    if unsafe pointer != gradient.pointer { Elementwise.convert(gradient, into: self) }
  }
}

private final class AddOperation: Operation {
  let memory: OperationMemory
  private var buffers: OperationBuffers?
  private var sum: OrderedSum?

  init() {
    var memory = OperationMemory()
    memory.canForwardInPlace = true
    memory.canBackwardInPlace = true
    self.memory = memory
  }

  func bind(_ buffers: OperationBuffers) {
    self.buffers = buffers
    sum = OrderedSum(buffers.inputs, into: buffers.output)
  }

  func forward(_ context: StepContext) {
    sum?.execute()
  }

  func backward(_ context: StepContext) {
    guard let buffers else { return }
    for gradient in buffers.inputGradients { gradient?.takeGradient(buffers.outputGradient) }
  }
}

private final class MultiplyOperation: Operation {
  let memory: OperationMemory
  private var buffers: OperationBuffers?

  init() {
    var memory = OperationMemory()
    memory.backwardReadsInputs = true
    memory.canBackwardInPlace = true
    self.memory = memory
  }

  func bind(_ buffers: OperationBuffers) {
    self.buffers = buffers
  }

  func forward(_ context: StepContext) {
    guard let buffers else { return }
    Elementwise.multiply(
      buffers.inputs[0], buffers.inputs[1], into: buffers.output)
    for index in 2..<max(2, buffers.inputs.count) {
      Elementwise.multiply(
        buffers.output, buffers.inputs[index], into: buffers.output)
    }
  }

  func backward(_ context: StepContext) {
    guard let buffers else { return }
    // The first input's gradient may lie where the output's lies, so it is the last to be written.
    for index in buffers.inputs.indices.reversed() {
      guard let gradient = buffers.inputGradients[index] else { continue }
      var product = buffers.outputGradient
      for other in buffers.inputs.indices where other != index {
        Elementwise.multiply(product, buffers.inputs[other], into: gradient)
        product = gradient
      }
    }
  }
}
