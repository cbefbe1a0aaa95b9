internal import DataParallelism
internal import Datasets
internal import Networks
internal import Operators
internal import Tensors

/// Computes shards on one thread: gathers the samples, runs the network forward and backward.
///
/// It has a prepared program for every batch size that can occur, ragged last batches included, all in
/// one workspace. What it computes depends on the shard alone, never on who computes it.
@safe
final class ShardWorker {
  private let graph: Graph
  private let parameters: FloatView
  private let trainingPrograms: [Program]
  private let evaluationPrograms: [Program]
  private let evaluationBatch: Int
  private let workspace: FloatStorage
  /// The parameters in bfloat16; nil where the programs compute in float32.
  private let weights: FloatStorage?
  /// The step whose parameters ``weights`` holds; nil for none.
  private var weightsStep: Int?
  private let noGradients = FloatStorage(count: 0)
  private let sampleIDs: UnsafeMutablePointer<UInt32>
  private let dropoutKey: (UInt32, UInt32)
  private let loss: any Loss

  /// Prepares the programs.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - loss: the loss.
  ///   - precision: what layers compute in where they can.
  ///   - parameters: the arena of parameters.
  ///   - trainingBatches: the sizes of shards that occur in training, without 0.
  ///   - evaluation: the sizes of batches that occur in evaluation, without 0.
  ///   - seed: the run's seed.
  /// - Throws: `OperatorError` where oneDNN refuses an operation.
  init(
    graph: Graph, loss: any Loss, precision: ElementType, parameters: FloatView,
    trainingBatches: [Int], evaluation: EvaluationBatches, seed: UInt64
  ) throws(OperatorError) {
    let stream = try ComputeStream()
    var training: [CompiledProgram] = []
    for batch in trainingBatches {
      training.append(
        try CompiledProgram(
          graph: graph, loss: loss, batch: batch, mode: .training(inputGradients: false),
          precision: precision, stream: stream))
    }
    var inference: [CompiledProgram] = []
    for batch in evaluation.sizes {
      inference.append(
        try CompiledProgram(
          graph: graph, loss: loss, batch: batch, mode: .inference, precision: precision,
          stream: stream))
    }
    let count = (training + inference).map(\.workspaceCount).max() ?? 0
    let workspace = FloatStorage(count: count)
    let largest = max(trainingBatches.max() ?? 0, evaluation.batch)
    self.graph = graph
    self.parameters = parameters
    self.workspace = workspace
    let weights =
      precision == .float32
      ? nil : FloatStorage(count: precision.floatCount(of: parameters.count))
    self.weights = weights
    func program(_ compiled: CompiledProgram) -> Program {
      Program(
        compiled, workspace: workspace, parameters: parameters,
        weights: weights.map {
          ElementView($0.view, count: parameters.count, type: precision)
        })
    }
    trainingPrograms = training.map(program)
    evaluationPrograms = inference.map(program)
    evaluationBatch = evaluation.batch
    unsafe sampleIDs = .allocate(capacity: max(1, largest))
    unsafe sampleIDs.initialize(repeating: 0, count: max(1, largest))
    dropoutKey = RandomStream(seed: seed, purpose: .dropout).key
    self.loss = loss
  }

  deinit {
    unsafe sampleIDs.deallocate()
  }

  /// Bytes of the workspace.
  var workspaceByteCount: Int { workspace.view.count * 4 }

  /// Computes one shard of a training step.
  ///
  /// - Parameters:
  ///   - positions: the shard's positions in the epoch's order; may be empty.
  ///   - order: the epoch's order of samples.
  ///   - data: the training data.
  ///   - step: the step, from 0.
  ///   - gradients: the slot that takes the gradient of the shard's summed loss.
  ///   - note: told what begins.
  ///   - recorded: gets the shard's record before the backward pass begins; where the loss is not
  ///     finite, with the tensor it began in.
  ///   - finished: told the arena's element before which gradients are complete, whenever that changes;
  ///     the arena's end at last.
  /// - Throws: what `finished` throws.
  func train<Failure: Error>(
    _ positions: Range<Int>, of order: EpochPermutation, in data: Dataset, step: Int,
    into gradients: FloatView, note: (LanePhase) -> Void, recorded: (ShardRecord) -> Void,
    finished: (Int) throws(Failure) -> Void
  ) throws(Failure) {
    note(.forward)
    guard let program = trainingPrograms.first(where: { $0.batch == positions.count }) else {
      precondition(positions.isEmpty, "no program was prepared for a shard of \(positions.count)")
      gradients.fill(with: 0)
      recorded(ShardRecord())
      return try finished(gradients.count)
    }
    updateWeights(step: step)
    var ids = unsafe MutableSpan(_unsafeStart: sampleIDs, count: positions.count)
    order.fill(positions, into: &ids)
    gather(ids.span, of: data, into: program)
    let context = unsafe StepContext(
      step: UInt32(truncatingIfNeeded: step), sampleIDs: sampleIDs, gradients: gradients,
      dropoutKey: dropoutKey)
    program.forward(context)
    var record = ShardRecord(program.evaluateLoss())
    guard record.loss.isFinite else {
      // The step may have used the inputs' room for something else.
      gather(ids.span, of: data, into: program)
      record.nonFiniteTensor = program.firstNonFiniteTensor(context, parameters: parameters)
      recorded(record)
      return try finished(gradients.count)
    }
    recorded(record)
    note(.backward)
    try program.backward(context, finished: finished)
  }

  /// Sums the loss and the metrics over a run of samples, in their order.
  ///
  /// - Parameters:
  ///   - samples: the samples, by their places in the data.
  ///   - data: the data.
  ///   - note: told that a batch begins.
  /// - Returns: the sums.
  func evaluate(_ samples: Range<Int>, of data: Dataset, note: () -> Void) -> ShardRecord {
    updateWeights(step: nil)
    var sums = LossSums()
    var start = samples.lowerBound
    while start < samples.upperBound {
      let end = min(start + evaluationBatch, samples.upperBound)
      note()
      sums = sums + forward(start..<end, of: data).evaluateLoss()
      start = end
    }
    return ShardRecord(sums)
  }

  /// The network's outputs for a run of at most one batch of samples, batch first.
  func predict(_ samples: Range<Int>, of data: Dataset) -> [Float] {
    updateWeights(step: nil)
    return forward(samples, of: data).output.array
  }

  /// Brings the parameters' copy in bfloat16 up to date, once a step.
  ///
  /// - Parameter step: the training step that begins; nil where parameters may be any.
  private func updateWeights(step: Int?) {
    guard let weights, step == nil || step != weightsStep else { return }
    Elementwise.convert(
      ElementView(parameters),
      into: ElementView(weights.view, count: parameters.count, type: .bfloat16))
    weightsStep = step
  }

  private func forward(_ samples: Range<Int>, of data: Dataset) -> Program {
    guard let program = evaluationPrograms.first(where: { $0.batch == samples.count }) else {
      preconditionFailure("no program was prepared for a batch of \(samples.count)")
    }
    for (index, sample) in samples.enumerated() { unsafe sampleIDs[index] = UInt32(sample) }
    let ids = unsafe Span(_unsafeStart: sampleIDs, count: samples.count)
    gather(ids, of: data, into: program)
    program.forward(
      unsafe StepContext(
        step: 0, sampleIDs: sampleIDs, gradients: noGradients.view, dropoutKey: dropoutKey))
    return program
  }

  private func gather(_ ids: Span<UInt32>, of data: Dataset, into program: Program) {
    data.gather(ids, into: program.inputs[0], targets: program.target)
    loss.convertTargets(program.target)
  }
}

/// How evaluation cuts data sets into batches.
///
/// Each data set is cut into as many runs as there are shards, and each run into batches of one size and
/// a shorter last one; all a function of the sizes alone.
struct EvaluationBatches: Sendable {
  /// Samples in a full batch.
  let batch: Int
  /// The sizes that occur, without 0.
  let sizes: [Int]

  /// Cuts data sets of the given sizes.
  init(batch: Int, shards: Int, sampleCounts: [Int]) {
    var sizes: Set<Int> = []
    for count in sampleCounts {
      for shard in 0..<shards {
        let part = Self.part(shard, of: shards, count: count).count
        if part >= batch { sizes.insert(batch) }
        if part % batch > 0 { sizes.insert(part % batch) }
      }
    }
    self.batch = batch
    self.sizes = sizes.sorted()
  }

  /// The samples that a shard evaluates.
  static func part(_ shard: Int, of shards: Int, count: Int) -> Range<Int> {
    (shard * count / shards)..<((shard + 1) * count / shards)
  }
}
