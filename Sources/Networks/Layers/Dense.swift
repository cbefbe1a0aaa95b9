public import Operators
public import Options
public import Tensors

/// A fully connected layer: output = activation(input weight^T + bias), on the last axis.
public struct Dense: Layer {
  /// The name in a configuration, `dense`.
  public var kind: String { "dense" }
  /// Outputs.
  public let units: Int
  /// What is applied to the outputs, element by element.
  public let activation: Activation
  /// Whether a bias is added.
  public let hasBias: Bool
  /// How the weights start.
  public let initializer: Initializer
  /// How the bias starts.
  public let biasInitializer: Initializer
  private let outputActivation: OutputActivation

  /// A fully connected layer.
  ///
  /// - Parameters:
  ///   - units: outputs, at least 1.
  ///   - activation: applied to the outputs, linear by default.
  ///   - bias: whether a bias is added.
  ///   - initializer: how the weights start; nil takes what suits the activation.
  ///   - biasInitializer: how the bias starts, zeros by default.
  public init(
    _ units: Int, activation: Activation = .linear, bias: Bool = true,
    initializer: Initializer? = nil, biasInitializer: Initializer = .zeros
  ) {
    precondition(units > 0, "a dense layer of \(units) units")
    self.units = units
    self.activation = activation
    outputActivation = .elementwise(activation)
    hasBias = bias
    self.initializer = initializer ?? .suited(to: activation)
    self.biasInitializer = biasInitializer
  }

  /// Reads `units`, `activation`, `bias`, `initializer` and `bias_initializer`.
  public init(options: OptionReader) {
    units = options.integer("units", in: 1...16_777_216)
    outputActivation = OutputActivation(of: options)
    activation = outputActivation.fused
    hasBias = options.boolean("bias", default: true)
    initializer = Initializer("initializer", of: options) ?? .suited(to: activation)
    biasInitializer = Initializer("bias_initializer", of: options) ?? .zeros
  }

  /// The input's shape with `units` on the last axis.
  public func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape {
    let input = try single(inputs)
    guard input.rank > 0 else { throw LayerError("dense takes at least one axis, found \(input)") }
    return Shape(input.dimensions.dropLast() + [units])
  }

  /// `weight` [units, inputs] and `bias` [units].
  public func parameters(of inputs: [Shape]) -> [ParameterSpec] {
    let features = inputs[0][-1]
    let weight = ParameterSpec(
      name: "weight", shape: [units, features], initializer: initializer, fanIn: features,
      fanOut: units)
    guard hasBias else { return [weight] }
    return [weight, ParameterSpec(name: "bias", shape: [units], initializer: biasInitializer)]
  }

  /// One for each weight and row.
  public func multiplyAdds(of inputs: [Shape]) -> Int { inputs[0].count * units }

  /// Adds one node, and one more where a softmax follows.
  public func add(
    to graph: inout GraphBuilder, named name: String, inputs: [GraphValue.ID]
  ) throws(LayerError) -> GraphValue.ID {
    let value = try graph.addNode(self, named: name, inputs: inputs)
    return try outputActivation.append(to: &graph, named: name, after: value)
  }

  /// It computes in bfloat16 as it is.
  public var computesInBFloat16: Bool { true }

  /// Prepares the three products.
  public func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    try DenseOperation(self, at: site)
  }
}

/// The products of a dense layer, with its bias and activation.
private final class DenseOperation: Operation {
  let memory: OperationMemory
  private let activation: ProductActivation
  private let products: LinearProducts
  private var buffers: OperationBuffers?

  init(_ layer: Dense, at site: OperationSite) throws(OperatorError) {
    activation = ProductActivation(
      activation: layer.activation, hasBias: layer.hasBias, at: site)
    let features = site.inputShapes[0][-1]
    products = try LinearProducts(
      rows: site.inputCount() / features, features: features, outputs: layer.units,
      hasBias: layer.hasBias, needsInputGradient: site.needsInputGradient[0], at: site)
    var memory = OperationMemory()
    memory.backwardReadsInputs = true
    activation.claim(&memory, at: site)
    self.memory = memory
  }

  func bind(_ buffers: OperationBuffers) {
    self.buffers = buffers
  }

  func forward(_ context: StepContext) {
    guard let buffers else { return }
    products.forward(
      buffers.inputs[0], weight: buffers.weights[0],
      bias: activation.hasBias ? buffers.parameters[1] : nil, into: activation.product(buffers))
    activation.forward(buffers)
  }

  func backward(_ context: StepContext) {
    guard let buffers else { return }
    activation.backward(buffers, context)
    products.backward(
      gradient: buffers.outputGradient, input: buffers.inputs[0], weight: buffers.weights[0],
      weightGradient: context.gradients[buffers.gradientRanges[0]],
      inputGradient: buffers.inputGradients[0])
  }
}
