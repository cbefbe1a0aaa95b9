public import Networks
internal import Tensors

/// Compares a network's backward pass with central differences of its loss.
///
/// The engine computes in float32, where one difference is mostly rounding, and rectifiers put kinks
/// into the loss. So each tensor is moved along several directions, by twelve steps at a time on both
/// sides, and a slope is fitted to them, with a bound of its own error from the scatter (rounding
/// and kinks near by), the cubic term (truncation) and the two sides (a kink at the point). The steps
/// grow or shrink until the bound is small. A gradient is wrong where it differs by clearly more than
/// the bound and the tolerance, at two step sizes alike.
///
/// The point is a little off the initial parameters and the samples: a bias of 0 or a factor of 1 would
/// hide what it is added to or multiplied with, rectifiers of an all-zero input would sit on their kink,
/// and the maxima of an even background would be ties.
/// Dropout is active: its masks are a function of step and sample and stay the same.
public struct GradientCheck {
  private let graph: Graph
  private let loss: any Loss
  private let batch: CheckBatch
  private let settings: GradientCheckSettings

  /// By how much parameters and samples are moved, in their own root mean square.
  private static let offset: Float = 0.1
  /// Points tried for tensors whose differences are not sharp enough.
  private static let points = 3
  /// Below this share of the largest slope of any tensor, a gradient counts as none.
  private static let negligibleShare = 1e-4

  /// Describes a check.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - loss: its loss.
  ///   - batch: the samples.
  ///   - settings: how closely.
  public init(
    _ graph: Graph, loss: any Loss, batch: CheckBatch,
    settings: GradientCheckSettings = GradientCheckSettings()
  ) {
    self.graph = graph
    self.loss = loss
    self.batch = batch
    self.settings = settings
  }

  /// Checks every input and every parameter; where some are wrong, each layer alone too.
  ///
  /// - Returns: a verdict for each of them, and an explanation of failures.
  /// - Throws: `OperatorError` where oneDNN refuses an operation; ``GradientCheckError`` where the
  ///   loss is no finite number or a layer needs more samples.
  public func run() throws -> GradientCheckReport {
    for node in graph.nodes {
      let needed = node.layer.smallestTrainingBatch(of: graph.inputShapes(of: node))
      if batch.count < needed {
        throw GradientCheckError.tooFewSamples(layer: node.name, needed: needed)
      }
    }
    let network = try CheckedNetwork(graph: graph, loss: loss, batch: batch, seed: settings.seed)
    move(network, toPoint: 0)
    let value = network.loss()
    guard value.isFinite else { throw GradientCheckError.lossIsNotFinite(value) }
    var tensors = check(network)
    // A kink too near to the point is not so near to another.
    for point in 1..<Self.points {
      let open = Set(tensors.filter { $0.verdict == .inconclusive }.map(\.name))
      if open.isEmpty { break }
      move(network, toPoint: UInt32(point))
      guard network.loss().isFinite else { break }
      let again = Dictionary(
        uniqueKeysWithValues: check(network, only: open).map { ($0.name, $0) })
      tensors = tensors.map { again[$0.name] ?? $0 }
    }
    var report = GradientCheckReport(loss: value, samples: batch.count, tensors: tensors)
    if report.count(of: .failed) > 0 {
      move(network, toPoint: 0)
      let isolation = LayerIsolation(network: network, loss: loss, batch: batch, settings: settings)
      report.explanation =
        FailureExplanation(
          graph: graph, loss: loss, batch: batch.count, tensors: tensors,
          isolated: try isolation.run()
        ).lines
    }
    return report
  }

  /// Moves the network to a point: initial parameters and the samples, both moved a little.
  private func move(_ network: CheckedNetwork, toPoint point: UInt32) {
    graph.initialize(network.parameters.view, seed: settings.seed)
    for entry in graph.layout.entries {
      offset(network.parameters.view[entry.range], named: entry.name, point: point)
    }
    let ids = Set(graph.idInputs.map(\.input))
    for (index, storage) in network.inputs.enumerated() where !ids.contains(index) {
      storage.view.copy(from: batch.inputs[index])
      offset(storage.view, named: graph.values[index].name, point: point)
    }
  }

  /// Adds random numbers to a tensor, other ones for each point.
  private func offset(_ view: FloatView, named name: String, point: UInt32) {
    let stream = RandomStream(seed: settings.seed, purpose: .noise)
    let size = CheckedTensor.rootMeanSquare(view.array)
    let offset = Self.offset * (size > 0 ? size : 1)
    let tag = Direction.tag(of: name)
    for index in 0..<view.count {
      let word = stream.words(UInt32(truncatingIfNeeded: index), tag, point).0
      view[index] += offset * (2 * RandomStream.unit(word) - 1)
    }
  }

  /// Checks a network at the point where its parameters and inputs are.
  ///
  /// - Parameters:
  ///   - network: the network.
  ///   - names: the names of the tensors to check; nil for all.
  /// - Returns: the inputs, then the parameters in order of execution.
  func check(_ network: CheckedNetwork, only names: Set<String>? = nil) -> [TensorCheck] {
    let (parameterGradient, inputGradients) = network.gradient()
    var results: [TensorCheck] = []
    var tensors: [CheckedTensor] = []
    let ids = Set(graph.idInputs.map(\.input))
    for (index, storage) in network.inputs.enumerated() {
      let shape = Shape([batch.count] + graph.inputShapes[index].dimensions)
      if ids.contains(index) {
        results.append(
          TensorCheck(
            name: graph.values[index].name, shape: shape, layer: nil, verdict: .skipped,
            note: "ids have no gradient"))
        continue
      }
      tensors.append(
        CheckedTensor(
          name: graph.values[index].name, shape: shape, layer: nil, view: storage.view,
          gradient: inputGradients[index]))
    }
    for node in graph.nodes {
      for (name, spec) in node.parameters {
        guard let range = graph.layout[name]?.range else { continue }
        tensors.append(
          CheckedTensor(
            name: name, shape: spec.shape, layer: node.name, view: network.parameters.view[range],
            gradient: Array(parameterGradient[range])))
      }
    }
    let largest = tensors.map(\.typicalSlope).filter(\.isFinite).max() ?? 0
    // Where nothing moves the loss, its own size says what is small.
    let overall = max(largest, 1e-2 * abs(network.loss()))
    let wanted = tensors.filter { names?.contains($0.name) ?? true }
    return (names == nil ? results : [])
      + wanted.map { check($0, of: network, overall: overall) }
  }

  private func check(
    _ tensor: CheckedTensor, of network: CheckedNetwork, overall: Double
  ) -> TensorCheck {
    guard tensor.gradient.allSatisfy(\.isFinite) else {
      return TensorCheck(
        name: tensor.name, shape: tensor.shape, layer: tensor.layer, verdict: .failed,
        note: "the gradient has elements that were never written, or are no finite numbers")
    }
    let directions = Direction.all(of: tensor, settings)
    let random = directions.first { $0.name.hasPrefix("random") } ?? directions[0]
    let meter = SlopeMeter(
      network: network, tensor: tensor, settings: settings, overall: overall,
      negligible: Self.negligibleShare * overall
    ).withNoise(along: random)
    let measurements = directions.map { meter.measure($0) }
    return TensorCheck(
      tensor, measurements: measurements, negligible: Self.negligibleShare * overall)
  }
}
