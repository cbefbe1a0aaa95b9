internal import DataParallelism
internal import Networks
internal import Optimizers
internal import Tensors

/// Turns the gradients of all shards into new parameters, in the slice of one lane.
///
/// In the usual case that is one walk over the slice, a chunk at a time while it is in the cache. What
/// needs a norm first costs a meeting of all lanes and another walk: clipping by norm, and an optimizer
/// that scales steps tensor by tensor.
struct SliceUpdate: Sendable {
  /// How each tensor is updated.
  let plan: UpdatePlan
  /// The gradients, the parameters and the other lanes.
  ///
  /// The loop that updates owns the exchange, which in turn may hold the update as an early one.
  unowned let exchange: any GradientExchange
  private let statistics: RunningStatistics?
  private let parameters: FloatView
  private let state: OptimizerState

  /// Prepares updates.
  ///
  /// - Parameters:
  ///   - plan: how each tensor is updated.
  ///   - statistics: the network's running statistics; nil where there are none.
  ///   - exchange: the gradients, the parameters and the other lanes.
  init(plan: UpdatePlan, statistics: RunningStatistics?, exchange: any GradientExchange) {
    self.plan = plan
    self.statistics = statistics
    self.exchange = exchange
    parameters = exchange.parameters
    let states = exchange.states
    state = OptimizerState(
      states.first, states.count > 1 ? states[1] : nil, states.count > 2 ? states[2] : nil)
  }

  /// Updates the lane's slice; between `finishGradients` and `publish`.
  ///
  /// - Parameters:
  ///   - lane: the lane.
  ///   - settings: the step's, with 1 / `weight` as gradient scale.
  ///   - weight: the weight of the step's samples.
  ///   - samples: the number of the step's samples.
  ///   - timer: measures the exchange; nil outside benchmarks.
  /// - Throws: `DataParallelismError` where a rank failed.
  func callAsFunction(
    lane: Int, settings: StepSettings, weight: Double, samples: Int, timer: StepTimer? = nil
  ) throws(DataParallelismError) {
    timer?.beginSlice()
    try exchange.addGradients(lane: lane, keepsSums: !canBeEarly) { range, gradient in
      visit(range, gradient, settings: settings, weight: weight, samples: samples, timer: timer)
    }
    if plan.needsNorm {
      try exchange.meet(lane: lane, for: .gradientNorm)
      let clipped = plan.clipped(settings, norm: exchange.gradientNorm)
      try exchange.revisitSlice(lane: lane, isLast: !plan.isLayerwise) { range, gradient in
        step(clipped, range, gradient, timer)
      }
    }
    if plan.isLayerwise {
      try exchange.meet(lane: lane, for: .trustRatios)
      try applyDirections(lane: lane, settings, timer)
    }
    timer?.endSlice()
  }

  /// Whether one walk is all, which may begin during the backward pass.
  var canBeEarly: Bool { !plan.needsNorm && !plan.isLayerwise }

  /// Visits a chunk's sum of gradients, for the first time.
  ///
  /// - Parameters:
  ///   - range: the chunk's elements in the arena.
  ///   - gradient: the sum, which is changed.
  ///   - settings: the step's, with 1 / `weight` as gradient scale.
  ///   - weight: the weight of the step's samples.
  ///   - samples: the number of the step's samples.
  ///   - timer: measures the update; nil outside benchmarks.
  func visit(
    _ range: Range<Int>, _ gradient: FloatView, settings: StepSettings, weight: Double,
    samples: Int, timer: StepTimer? = nil
  ) {
    if let statistics, statistics.contains(range) {
      timer?.beginUpdate()
      statistics.update(range, of: parameters, sums: gradient, samples: samples)
      timer?.endUpdate()
      return
    }
    plan.addPenalties(in: range, parameters: parameters, gradients: gradient, weight: weight)
    exchange.measureGradient(gradient, in: range)
    if !plan.needsNorm { step(settings, range, gradient, timer) }
  }

  private func step(
    _ settings: StepSettings, _ range: Range<Int>, _ gradient: FloatView, _ timer: StepTimer?
  ) {
    timer?.beginUpdate()
    plan.step(
      settings, in: range, parameters: parameters, gradients: gradient, state: state)
    if plan.isLayerwise { exchange.measureDirections(gradient, in: range) }
    timer?.endUpdate()
  }

  private func applyDirections(
    lane: Int, _ settings: StepSettings, _ timer: StepTimer?
  ) throws(DataParallelismError) {
    // A tensor has many chunks, but its norms are the same for all of them.
    var known: (tensor: Int, norms: TensorNorms)?
    try exchange.revisitSlice(lane: lane, isLast: true) { range, directions in
      timer?.beginUpdate()
      plan.applyDirections(
        settings, in: range, parameters: parameters, directions: directions, state: state
      ) { tensor in
        if let known, known.tensor == tensor { return known.norms }
        let sums = exchange.trustSums(ofTensor: tensor)
        let norms = TensorNorms(
          parameters: sums.parameters.squareRoot(), direction: sums.directions.squareRoot())
        known = (tensor, norms)
        return norms
      }
      timer?.endUpdate()
    }
  }
}
