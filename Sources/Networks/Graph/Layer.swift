public import Operators
public import Tensors

/// A kind of layer with its options: how shapes pass through it, which parameters it has, and the
/// operation that computes it.
///
/// A new layer is one file with a type that conforms, and one line in ``LayerRegistry``. Layers are
/// values: they hold options, never parameters or buffers.
public protocol Layer: ModelPart {
  /// The shape of one sample's output.
  ///
  /// - Parameter inputs: the shapes of one sample of every input, in order.
  /// - Returns: the shape, without the batch.
  /// - Throws: ``LayerError`` where the layer cannot take such inputs.
  func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape

  /// The parameters that the layer has on inputs of these shapes, in the order they are used.
  func parameters(of inputs: [Shape]) -> [ParameterSpec]

  /// The running statistics that the layer keeps on inputs of these shapes, in the order they are used.
  func statistics(of inputs: [Shape]) -> [StatisticSpec]

  /// The fewest samples of a batch that the layer can train on.
  func smallestTrainingBatch(of inputs: [Shape]) -> Int

  /// Multiplications with additions that the forward pass does for one sample.
  func multiplyAdds(of inputs: [Shape]) -> Int

  /// How many ids the layer tells apart: its input must hold whole numbers from 0 to below this;
  /// nil where it takes any numbers.
  var idCount: Int? { get }

  /// Whether the layer's operation can take and give bfloat16; around others the engine converts.
  var computesInBFloat16: Bool { get }

  /// Prepares the layer's computation for one batch size.
  ///
  /// - Throws: `OperatorError` where oneDNN refuses it.
  func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation
}

extension Layer {
  /// No parameters.
  public func parameters(of inputs: [Shape]) -> [ParameterSpec] { [] }

  /// No statistics.
  public func statistics(of inputs: [Shape]) -> [StatisticSpec] { [] }

  /// One is enough.
  public func smallestTrainingBatch(of inputs: [Shape]) -> Int { 1 }

  /// No multiplications worth counting.
  public func multiplyAdds(of inputs: [Shape]) -> Int { 0 }

  /// Any numbers.
  public var idCount: Int? { nil }

  /// It computes in float32 alone.
  public var computesInBFloat16: Bool { false }

  /// Adds one node.
  public func add(
    to graph: inout GraphBuilder, named name: String, inputs: [GraphValue.ID]
  ) throws(LayerError) -> GraphValue.ID {
    try graph.addNode(self, named: name, inputs: inputs)
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

/// One running statistic of a layer: a tensor that follows what the layer sees in training, and stands in
/// for it in inference.
public struct StatisticSpec: Sendable {
  /// Its name within the layer, PyTorch's: `running_mean`.
  public let name: String
  /// Its shape.
  public let shape: Shape
  /// What it starts at.
  public let start: Float
  /// The share of each step's own value that it takes.
  public let momentum: Float

  /// Makes a specification.
  public init(name: String, shape: Shape, start: Float, momentum: Float) {
    self.name = name
    self.shape = shape
    self.start = start
    self.momentum = momentum
  }
}
