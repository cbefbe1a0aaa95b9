internal import Operators
internal import Tensors

/// The computation of ``MultiHeadAttention``: linear maps to queries, keys and values, the attention,
/// and a linear map of its result.
///
/// In backward, the gradients of the projected rows take the rows' places.
final class AttentionOperation: Operation {
  let memory: OperationMemory
  private let layer: MultiHeadAttention
  private let features: Int
  private let isTraining: Bool
  private let attention: Attention
  private let sizes: AttentionRooms.Sizes
  /// Of the one input to queries, keys and values; or of the first of two to queries.
  private let firstProjection: Projection
  /// Of the second input to keys and values.
  private let secondProjection: Projection?
  private let outputProjection: Projection
  private let mask: UInt32
  private var bound: Bound?

  /// What is known once the memory is.
  private struct Bound {
    let buffers: OperationBuffers
    let rooms: AttentionRooms
    /// Queries, keys and values in `rooms.projected`.
    let rows: Attention.Rows
    /// The two inputs' parts of `rooms.projected`.
    let queries: FloatView
    let keysAndValues: FloatView
  }

  init(_ layer: MultiHeadAttention, at site: OperationSite) throws(OperatorError) {
    let (query, key) = (site.inputShapes[0], site.inputShapes[site.inputShapes.count - 1])
    let features = query[1]
    let isSelf = site.inputShapes.count == 1
    self.layer = layer
    self.features = features
    isTraining = site.isTraining
    mask = UInt32(truncatingIfNeeded: NameHash.fnv1a(site.name))
    attention = Attention(
      batch: site.batch, heads: layer.heads, headSize: features / layer.heads, queries: query[0],
      keys: key[0], isCausal: layer.isCausal)
    sizes = AttentionRooms.Sizes(
      projected: site.batch * (query.count + 2 * key.count), result: site.batch * query.count,
      attention: attention, isTraining: site.isTraining)
    func projection(
      of sequence: Shape, outputs: Int, needsInputGradient: Bool
    ) throws(OperatorError) -> Projection {
      try Projection(
        rows: site.batch * sequence[0], features: features, outputs: outputs,
        hasBias: layer.hasBias, needsInputGradient: needsInputGradient, at: site)
    }
    firstProjection = try projection(
      of: query, outputs: isSelf ? 3 * features : features,
      needsInputGradient: site.needsInputGradient[0])
    secondProjection =
      isSelf
      ? nil
      : try projection(
        of: key, outputs: 2 * features, needsInputGradient: site.needsInputGradient[1])
    outputProjection = try projection(of: query, outputs: features, needsInputGradient: true)
    var memory = OperationMemory()
    memory.backwardReadsInputs = true
    memory.savedCount = sizes.saved
    memory.scratchCount = sizes.scratch
    self.memory = memory
  }

  func bind(_ buffers: OperationBuffers) {
    let rooms = sizes.rooms(saved: buffers.saved, scratch: buffers.scratch)
    let queries = rooms.projected[0..<sizes.result]
    let keysAndValues = rooms.projected[sizes.result..<sizes.projected]
    bound = Bound(
      buffers: buffers, rooms: rooms,
      rows: secondProjection == nil
        ? Attention.Rows(packed: rooms.projected, features: features)
        : Attention.Rows(queries: queries, keysAndValues: keysAndValues, features: features),
      queries: queries, keysAndValues: keysAndValues)
  }

  func forward(_ context: StepContext) {
    guard let bound else { return }
    let (buffers, rooms) = (bound.buffers, bound.rooms)
    let (weights, outputWeights) = split { buffers.parameters[$0] }
    if let secondProjection {
      firstProjection.forward(buffers.inputs[0].floats, queryPart(weights), into: bound.queries)
      secondProjection.forward(
        buffers.inputs[1].floats, keyPart(weights), into: bound.keysAndValues)
    } else {
      firstProjection.forward(buffers.inputs[0].floats, weights, into: rooms.projected)
    }
    attention.forward(
      bound.rows, dropout: dropout(context), into: rooms.result, statistics: rooms.statistics,
      scratch: rooms.scratch)
    outputProjection.forward(rooms.result, outputWeights, into: buffers.output.floats)
  }

  func backward(_ context: StepContext) {
    guard let bound, let statistics = bound.rooms.statistics,
      let resultGradient = bound.rooms.resultGradient
    else { return }
    let (buffers, rooms) = (bound.buffers, bound.rooms)
    let (weights, outputWeights) = split { buffers.parameters[$0] }
    let (gradients, outputGradients) = split { context.gradients[buffers.gradientRanges[$0]] }
    outputProjection.backward(
      gradient: buffers.outputGradient.floats, input: rooms.result, outputWeights,
      into: outputGradients,
      inputGradient: resultGradient)
    attention.backward(
      bound.rows, dropout: dropout(context), output: rooms.result, statistics: statistics,
      gradient: resultGradient, into: bound.rows, scratch: rooms.scratch)
    if let secondProjection {
      firstProjection.backward(
        gradient: bound.queries, input: buffers.inputs[0].floats, queryPart(weights),
        into: queryPart(gradients), inputGradient: buffers.inputGradients[0]?.floats)
      secondProjection.backward(
        gradient: bound.keysAndValues, input: buffers.inputs[1].floats, keyPart(weights),
        into: keyPart(gradients), inputGradient: buffers.inputGradients[1]?.floats)
    } else {
      firstProjection.backward(
        gradient: rooms.projected, input: buffers.inputs[0].floats, weights, into: gradients,
        inputGradient: buffers.inputGradients[0]?.floats)
    }
    // The keys' bias moves all scores of a query alike, which the softmax does not see: its gradient
    // is 0. What rounding leaves of it would be a whole step to optimizers that, as Adam does,
    // divide by the gradient's size.
    gradients.bias?[features..<(2 * features)].fill(with: 0)
  }

  private func dropout(_ context: StepContext) -> Attention.Dropout? {
    guard isTraining, layer.dropout > 0 else { return nil }
    return unsafe Attention.Dropout(
      rate: Float(layer.dropout), key: context.dropoutKey, step: context.step, layer: mask,
      sampleIDs: context.sampleIDs)
  }

  /// The parameters of the maps in and out, or their gradients, of those in the order of the layer.
  private func split(
    _ tensor: (Int) -> FloatView
  ) -> (input: Projection.Parameters, output: Projection.Parameters) {
    layer.hasBias
      ? (
        Projection.Parameters(weight: tensor(0), bias: tensor(1)),
        Projection.Parameters(weight: tensor(2), bias: tensor(3))
      )
      : (Projection.Parameters(weight: tensor(0)), Projection.Parameters(weight: tensor(1)))
  }

  private func queryPart(_ parameters: Projection.Parameters) -> Projection.Parameters {
    parameters.outputs(0..<features, features: features)
  }

  private func keyPart(_ parameters: Projection.Parameters) -> Projection.Parameters {
    parameters.outputs(features..<(3 * features), features: features)
  }
}
