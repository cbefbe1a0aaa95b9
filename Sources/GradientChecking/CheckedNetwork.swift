internal import Networks
internal import Operators
internal import Tensors

/// A network with parameters and a batch of its own, whose loss can be asked for at any point.
@safe
final class CheckedNetwork {
  /// The network as written.
  let graph: Graph
  /// The network as it is computed, with layers fused.
  let fusedGraph: Graph
  /// The arena of parameters; free to change between two calls.
  let parameters: FloatStorage
  /// The inputs; free to change between two calls.
  let inputs: [FloatStorage]
  private let targets: [Float]
  private let program: Program
  private let gradients: FloatStorage
  private let sampleIDs: UnsafeMutablePointer<UInt32>
  private let dropoutKey: (UInt32, UInt32)

  /// Prepares a network.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - loss: its loss.
  ///   - batch: the samples.
  ///   - seed: what dropout masks are drawn from.
  /// - Throws: `OperatorError` where oneDNN refuses an operation.
  init(
    graph: Graph, loss: any Loss, batch: CheckBatch, seed: UInt64
  ) throws(OperatorError) {
    let compiled = try CompiledProgram(
      graph: graph, loss: loss, batch: batch.count, mode: .training(inputGradients: true),
      stream: ComputeStream())
    parameters = FloatStorage(count: graph.layout.count)
    gradients = FloatStorage(count: graph.layout.count)
    program = Program(
      compiled, workspace: FloatStorage(count: compiled.workspaceCount),
      parameters: parameters.view)
    inputs = batch.inputs.map { values in
      let storage = FloatStorage(count: values.count)
      storage.view.copy(from: values)
      return storage
    }
    self.graph = graph
    fusedGraph = compiled.graph
    targets = batch.targets
    unsafe sampleIDs = .allocate(capacity: batch.count)
    unsafe sampleIDs.initialize(from: batch.sampleIDs, count: batch.count)
    dropoutKey = RandomStream(seed: seed, purpose: .dropout).key
  }

  deinit {
    unsafe sampleIDs.deallocate()
  }

  /// Samples in the batch.
  var batch: Int { program.batch }

  private var context: StepContext {
    unsafe StepContext(
      step: 0, sampleIDs: sampleIDs, gradients: gradients.view, dropoutKey: dropoutKey)
  }

  /// A step may overwrite its inputs and target: their room is reused.
  private func fill() {
    for (view, storage) in zip(program.inputs, inputs) { view.copy(from: storage.view) }
    program.target.copy(from: targets)
  }

  /// The loss summed over the batch, with dropout's masks always the same.
  func loss() -> Double {
    fill()
    program.forward(context)
    return program.evaluateLoss().loss
  }

  /// What the backward pass gives.
  ///
  /// - Returns: the arena of gradients, with NaN where nothing was written, and the gradient of each
  ///   input.
  func gradient() -> (parameters: [Float], inputs: [[Float]]) {
    gradients.view.fill(with: .nan)
    _ = loss()
    program.backward(context)
    return (gradients.view.array, program.inputGradients.map { $0?.array ?? [] })
  }

  /// All values that are computed, the inputs included.
  func values() -> [GraphValue.ID: [Float]] {
    fill()
    var values: [GraphValue.ID: [Float]] = [:]
    for (id, input) in inputs.enumerated() { values[id] = input.view.array }
    program.forward(context) { node, output in values[node.output] = output.array }
    return values
  }
}
