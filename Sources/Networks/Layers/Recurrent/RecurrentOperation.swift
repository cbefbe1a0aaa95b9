internal import Operators
internal import Tensors

/// All layers and directions of a recurrent layer, chained.
///
/// A batch comes and goes batch first, [batch, time, features], and is time-major in between, as
/// `RecurrentDirection` takes it: one copy on the way in and one on the way out, forward and backward.
final class RecurrentOperation: Operation {
  let memory: OperationMemory
  private let plan: RecurrentPlan
  private let recurrence: Recurrence
  private let directions: [[RecurrentDirection]]
  private let needsInputGradient: Bool
  private let batch: Int
  private let time: Int
  private let features: Int
  private var buffers: OperationBuffers?

  init(_ recurrence: Recurrence, cell: RecurrentCell, at site: OperationSite) throws(OperatorError)
  {
    self.recurrence = recurrence
    needsInputGradient = site.isTraining && site.needsInputGradient[0]
    batch = site.batch
    time = site.inputShapes[0][0]
    features = site.inputShapes[0][1]
    var directions: [[RecurrentDirection]] = []
    for layer in 0..<recurrence.layers {
      var ofLayer: [RecurrentDirection] = []
      for direction in 0..<recurrence.directions {
        let form = RecurrentForm(
          cell: cell, units: recurrence.units,
          features: recurrence.features(of: layer, input: features), time: time, batch: batch,
          isReverse: direction == 1, hasBias: recurrence.hasBias)
        let wanted = layer > 0 || needsInputGradient
        ofLayer.append(
          try RecurrentDirection(
            form, isTraining: site.isTraining,
            inputGradient: !wanted ? .none : direction == 0 ? .written : .added,
            stream: site.stream))
      }
      directions.append(ofLayer)
    }
    self.directions = directions
    plan = RecurrentPlan(
      recurrence, directions: directions, rows: batch * time, inputFeatures: features,
      isTraining: site.isTraining, needsInputGradient: needsInputGradient)
    var memory = OperationMemory()
    memory.savedCount = plan.savedCount
    memory.scratchCount = plan.scratchCount
    self.memory = memory
  }

  func bind(_ buffers: OperationBuffers) {
    self.buffers = buffers
  }

  func forward(_ context: StepContext) {
    guard let buffers else { return }
    let (store, input) = (store(buffers), buffers.inputs[0].floats)
    let timeMajor = store[plan.input]
    for step in 0..<time {
      Elementwise.extractColumns(
        of: input, into: timeMajor[rows(of: step, columns: features)], rows: batch,
        at: step * features)
    }
    for (layer, ofLayer) in directions.enumerated() {
      for (index, direction) in ofLayer.enumerated() {
        let kept = store[plan.kept[layer][index]]
        direction.forward(
          self.input(of: layer, in: store), parameters: parameters(layer, index, buffers),
          kept: kept, scratch: work(direction, buffers))
        pass(
          direction.states(in: kept), of: layer, index, store: store, output: buffers.output.floats)
      }
    }
  }

  func backward(_ context: StepContext) {
    guard let buffers else { return }
    let inputGradient = buffers.scratch[plan.inputGradient]
    for layer in directions.indices.reversed() {
      for (index, direction) in directions[layer].enumerated() {
        direction.backward(
          input(of: layer, in: buffers.saved), parameters: parameters(layer, index, buffers),
          outputGradients: outputGradients(layer, index, buffers),
          parameterGradients: parameterGradients(layer, index, buffers, context),
          kept: buffers.saved[plan.kept[layer][index]], scratch: work(direction, buffers))
      }
      // Only now is the gradient of the layer's output, which may lie there, used up.
      let columns = recurrence.features(of: layer, input: features)
      guard layer > 0 || needsInputGradient else { return }
      for (index, direction) in directions[layer].enumerated() {
        direction.inputGradient(
          parameters: parameters(layer, index, buffers),
          into: inputGradient[0..<(time * batch * columns)],
          kept: buffers.saved[plan.kept[layer][index]])
      }
    }
    guard let destination = buffers.inputGradients[0]?.floats else { return }
    for step in 0..<time {
      Elementwise.insertColumns(
        inputGradient[rows(of: step, columns: features)], into: destination, rows: batch,
        at: step * features)
    }
  }

  /// Hands a direction's states on: into the output from the last layer, else to the layer above.
  private func pass(
    _ states: FloatView, of layer: Int, _ direction: Int, store: FloatView, output: FloatView
  ) {
    let units = recurrence.units
    if layer + 1 < recurrence.layers {
      if recurrence.isBidirectional {
        Elementwise.insertColumns(
          states, into: store[plan.joined[layer]], rows: time * batch, at: direction * units)
      }
      return
    }
    guard recurrence.returnsSequences else {
      let last = direction == 0 ? time - 1 : 0
      Elementwise.insertColumns(
        states[rows(of: last, columns: units)], into: output, rows: batch, at: direction * units)
      return
    }
    for step in 0..<time {
      Elementwise.insertColumns(
        states[rows(of: step, columns: units)], into: output, rows: batch,
        at: step * recurrence.outputFeatures + direction * units)
    }
  }

  /// Where a layer's gradient of the output lies: batch first where it is the node's own.
  private func outputGradients(
    _ layer: Int, _ direction: Int, _ buffers: OperationBuffers
  ) -> RecurrentDirection.OutputGradients {
    let columns = recurrence.outputFeatures
    let isLast = layer + 1 == recurrence.layers
    let all = isLast ? buffers.outputGradient.floats : buffers.scratch[plan.inputGradient]
    let view = all[(direction * recurrence.units)..<all.count]
    if !isLast {
      return RecurrentDirection.OutputGradients(
        view, timeStride: batch * columns, rowStride: columns)
    }
    return recurrence.returnsSequences
      ? RecurrentDirection.OutputGradients(view, timeStride: columns, rowStride: time * columns)
      : RecurrentDirection.OutputGradients(view, timeStride: nil, rowStride: columns)
  }

  /// What a layer takes, time-major.
  private func input(of layer: Int, in store: FloatView) -> FloatView {
    if layer == 0 { return store[plan.input] }
    if recurrence.isBidirectional { return store[plan.joined[layer - 1]] }
    return directions[layer - 1][0].states(in: store[plan.kept[layer - 1][0]])
  }

  private func store(_ buffers: OperationBuffers) -> FloatView {
    plan.savedCount > 0 ? buffers.saved : buffers.scratch
  }

  private func work(_ direction: RecurrentDirection, _ buffers: OperationBuffers) -> FloatView {
    buffers.scratch[plan.work.lowerBound..<(plan.work.lowerBound + direction.scratchCount)]
  }

  private func rows(of step: Int, columns: Int) -> Range<Int> {
    (step * batch * columns)..<((step + 1) * batch * columns)
  }

  /// The first of a direction's tensors among those of the node.
  private func firstTensor(_ layer: Int, _ direction: Int) -> Int {
    (layer * recurrence.directions + direction) * (recurrence.hasBias ? 4 : 2)
  }

  private func parameters(
    _ layer: Int, _ direction: Int, _ buffers: OperationBuffers
  ) -> RecurrentDirection.Parameters {
    let first = firstTensor(layer, direction)
    return RecurrentDirection.Parameters(hasBias: recurrence.hasBias) {
      buffers.parameters[first + $0]
    }
  }

  private func parameterGradients(
    _ layer: Int, _ direction: Int, _ buffers: OperationBuffers, _ context: StepContext
  ) -> RecurrentDirection.Parameters {
    let first = firstTensor(layer, direction)
    return RecurrentDirection.Parameters(hasBias: recurrence.hasBias) {
      context.gradients[buffers.gradientRanges[first + $0]]
    }
  }
}
