public import Operators
internal import Options
public import Tensors

/// A kind of layer with its options: how shapes pass through it, which parameters it has, and the
/// operation that computes it.
///
/// A new layer is one file with a type that conforms, and one line in ``LayerRegistry``. Layers are
/// values: they hold options, never parameters or buffers.
public protocol Layer: Sendable {
  /// The name in a configuration, which also names the layer's tensors: `dense`.
  var kind: String { get }

  /// The shape of one sample's output.
  ///
  /// - Parameter inputs: the shapes of one sample of every input, in order.
  /// - Returns: the shape, without the batch.
  /// - Throws: ``LayerError`` where the layer cannot take such inputs.
  func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape

  /// The parameters that the layer has on inputs of these shapes, in the order they are used.
  func parameters(of inputs: [Shape]) -> [ParameterSpec]

  /// Multiplications with additions that the forward pass does for one sample.
  func multiplyAdds(of inputs: [Shape]) -> Int

  /// Prepares the layer's computation for one batch size.
  ///
  /// - Throws: `OperatorError` where oneDNN refuses it.
  func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation

  /// Adds the layer to a graph; the default adds one node, a layer made of others adds theirs.
  ///
  /// - Parameters:
  ///   - graph: the graph so far.
  ///   - name: the full name of the layer in the graph: `residual_1.shortcut.conv2d_1`.
  ///   - inputs: the values it takes.
  /// - Returns: the value it gives.
  /// - Throws: ``LayerError`` where the layer cannot take such inputs.
  func add(
    to graph: inout GraphBuilder, named name: String, inputs: [GraphValue.ID]
  ) throws(LayerError) -> GraphValue.ID
}

extension Layer {
  /// No parameters.
  public func parameters(of inputs: [Shape]) -> [ParameterSpec] { [] }

  /// No multiplications worth counting.
  public func multiplyAdds(of inputs: [Shape]) -> Int { 0 }

  /// Adds one node.
  public func add(
    to graph: inout GraphBuilder, named name: String, inputs: [GraphValue.ID]
  ) throws(LayerError) -> GraphValue.ID {
    try graph.addNode(self, named: name, inputs: inputs)
  }

  /// The one input of a layer that takes just one.
  ///
  /// - Throws: ``LayerError`` where there are more or fewer.
  func single(_ inputs: [Shape]) throws(LayerError) -> Shape {
    guard inputs.count == 1, let input = inputs.first else {
      throw LayerError("\(kind) takes one input, found \(inputs.count)")
    }
    return input
  }
}

/// Why a layer cannot be used as written, in words.
public struct LayerError: Error, Sendable {
  /// What is wrong, with the shapes involved.
  public let message: String
  /// What to do about it.
  public let hint: String?

  /// Makes an error.
  public init(_ message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
  }
}

/// One parameter tensor of a layer.
public struct ParameterSpec: Sendable {
  /// Its name within the layer, PyTorch's: `weight`.
  public let name: String
  /// Its shape in PyTorch's layout: [out, in] for a dense layer.
  public let shape: Shape
  /// How it starts.
  public let initializer: Initializer
  /// Values that feed one output, for initializers that scale by it.
  public let fanIn: Int
  /// Outputs that one value feeds.
  public let fanOut: Int

  /// Makes a specification.
  public init(
    name: String, shape: Shape, initializer: Initializer, fanIn: Int = 1, fanOut: Int = 1
  ) {
    self.name = name
    self.shape = shape
    self.initializer = initializer
    self.fanIn = fanIn
    self.fanOut = fanOut
  }
}
