public import Operators
public import Options
public import Tensors

/// Replaces each id by a learned vector.
///
/// Ids come as floats: whole numbers from 0 to below the vocabulary. They pass no gradient on.
public struct Embedding: Layer {
  /// The name in a configuration, `embedding`.
  public var kind: String { "embedding" }
  /// The number of ids.
  public let vocabulary: Int
  /// The length of each vector.
  public let dimensions: Int
  /// How the vectors start.
  public let initializer: Initializer

  /// A table of vectors.
  ///
  /// - Parameters:
  ///   - vocabulary: the number of ids, at most 2^24: beyond, not every id is a float.
  ///   - dimensions: the length of each vector.
  ///   - initializer: how the vectors start, standard normal by default as in PyTorch.
  public init(
    vocabulary: Int, dimensions: Int,
    initializer: Initializer = .normal(mean: 0, standardDeviation: 1)
  ) {
    precondition(
      (1...EmbeddingFunction.largestIDCount).contains(vocabulary) && dimensions > 0,
      "an embedding of \(vocabulary) ids in \(dimensions) dimensions")
    self.vocabulary = vocabulary
    self.dimensions = dimensions
    self.initializer = initializer
  }

  /// Reads `vocabulary`, `dimensions` and `initializer`.
  public init(options: OptionReader) {
    vocabulary = options.integer("vocabulary", in: 1...EmbeddingFunction.largestIDCount)
    dimensions = options.integer("dimensions", in: 1...)
    initializer =
      Initializer("initializer", of: options) ?? .normal(mean: 0, standardDeviation: 1)
  }

  /// The vocabulary.
  public var idCount: Int? { vocabulary }

  /// The input's shape with one axis more, of the dimensions.
  public func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape {
    Shape(try single(inputs).dimensions + [dimensions])
  }

  /// `weight` [vocabulary, dimensions].
  public func parameters(of inputs: [Shape]) -> [ParameterSpec] {
    [
      ParameterSpec(
        name: "weight", shape: [vocabulary, dimensions], initializer: initializer,
        fanIn: vocabulary, fanOut: dimensions)
    ]
  }

  /// Prepares the lookup.
  public func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    EmbeddingOperation(dimensions: dimensions)
  }
}

private final class EmbeddingOperation: Operation {
  let memory: OperationMemory
  private let dimensions: Int
  private var buffers: OperationBuffers?

  init(dimensions: Int) {
    self.dimensions = dimensions
    var memory = OperationMemory()
    memory.backwardReadsInputs = true
    self.memory = memory
  }

  func bind(_ buffers: OperationBuffers) {
    self.buffers = buffers
  }

  func forward(_ context: StepContext) {
    guard let buffers else { return }
    EmbeddingFunction.forward(
      buffers.inputs[0].floats, weight: buffers.parameters[0], into: buffers.output,
      columns: dimensions)
  }

  func backward(_ context: StepContext) {
    guard let buffers else { return }
    EmbeddingFunction.backward(
      ids: buffers.inputs[0].floats, gradient: buffers.outputGradient,
      weightGradient: context.gradients[buffers.gradientRanges[0]], columns: dimensions)
    buffers.inputGradients[0]?.floats.fill(with: 0)
  }
}
