internal import Checkpoints
internal import Networks
internal import Operators
internal import Optimizers
internal import Options
internal import Tensors

extension ConformanceCase {
  /// Whether the optimizer divides by the gradient's size.
  package var isAdaptive: Bool { !optimizer.stateNames.isEmpty && !(optimizer is SGD) }

  /// Computes the case and compares every tensor.
  ///
  /// - Throws: `OptionsError` where the network or the groups do not fit together, `SafetensorsError` where a tensor is
  ///   absent, `OperatorError` where oneDNN refuses an operation.
  package func run() throws -> ConformanceErrors {
    let isSingle = model.inputs.count == 1 && tensors.entry(named: "input") != nil
    let names = isSingle ? ["input"] : model.inputs.map { "input/\($0.name)" }
    let inputs = try names.map { try tensors.tensor(named: $0) }
    let batch = inputs[0].shape[0]
    let graph = try Graph(
      model, dataShape: Shape(Array(inputs[0].shape.dimensions.dropFirst())))
    do throws(LayerError) {
      try loss.check(output: graph.outputShape)
    } catch {
      throw Diagnostic("the loss: \(error.message)", hint: error.hint)
    }
    let parameters = FloatStorage(count: graph.layout.count)
    graph.initialize(parameters.view, seed: 0)
    for entry in graph.layout.entries {
      try tensors.read("parameter/\(entry.name)", into: parameters.view[entry.range])
    }
    let stream = try ComputeStream()
    let training = try Bound(
      graph, loss, batch: batch, mode: .training(inputGradients: true), parameters, stream)
    let inference = try Bound(graph, loss, batch: batch, mode: .inference, parameters, stream)
    // Views do not keep the memory that they look at.
    defer { withExtendedLifetime((parameters, training, inference)) {} }
    let feed = Feed(
      inputs: inputs.map(\.values), target: try tensors.tensor(named: "target").values)
    var errors = ConformanceErrors()
    try compareFirstPass(training, feed, graph, names, &errors)
    try train(training, feed, graph, parameters)
    for entry in tensors.entries where entry.name.hasPrefix("after/") {
      let name = String(entry.name.dropFirst("after/".count))
      let ours = graph.layout[name].map { parameters.view[$0.range].array } ?? []
      errors.compare(ours, try tensors.tensor(named: entry.name).values, .after, tensor: name)
    }
    inference.forward(feed)
    errors.compare(
      inference.program.output.array, try tensors.tensor(named: "output_after").values,
      .outputAfter, tensor: "output")
    return errors
  }

  private func compareFirstPass(
    _ training: Bound, _ feed: Feed, _ graph: Graph, _ names: [String],
    _ errors: inout ConformanceErrors
  ) throws {
    training.forward(feed)
    errors.compare(
      training.program.output.array, try tensors.tensor(named: "output").values, .output,
      tensor: "output")
    let sums = training.backward()
    errors.compare(
      [Float(sums.meanLoss)], try tensors.tensor(named: "loss").values, .loss, tensor: "loss")
    let scale = Float(1 / sums.weight)
    for entry in graph.layout.entries {
      let gradient = training.gradients.view[entry.range].array.map { $0 * scale }
      let expected = try tensors.tensor(named: "gradient/\(entry.name)").values
      errors.compare(gradient, expected, .gradient, tensor: entry.name)
    }
    for (index, input) in names.enumerated() {
      let name = input.replacing("input", with: "gradient_of_input", maxReplacements: 1)
      guard tensors.entry(named: name) != nil else { continue }
      let gradient = training.program.inputGradients[index]?.array.map { $0 * scale } ?? []
      errors.compare(
        gradient, try tensors.tensor(named: name).values, .inputGradient, tensor: name)
    }
  }

  private func train(
    _ training: Bound, _ feed: Feed, _ graph: Graph, _ parameters: FloatStorage
  ) throws(OptionsError) {
    let plan = try UpdatePlan(
      optimizer: optimizer, rules: rules, clip: clip, layout: graph.layout)
    let states = optimizer.stateNames.map { _ in FloatStorage(count: graph.layout.count) }
    let state = OptimizerState(
      states.first?.view, states.count > 1 ? states[1].view : nil,
      states.count > 2 ? states[2].view : nil)
    defer { withExtendedLifetime(states) {} }
    let statistics = RunningStatistics(of: graph)
    let rest = graph.layout.parameterEnd..<graph.layout.count
    for step in 0..<steps {
      training.forward(feed)
      let sums = training.backward()
      let settings = StepSettings(
        step: step + 1, learningRate: Float(optimizer.learningRate),
        gradientScale: Float(1 / sums.weight))
      plan.stepArena(
        settings, weight: sums.weight, layout: graph.layout, parameters: parameters.view,
        gradients: training.gradients.view, state: state)
      statistics.update(
        rest, of: parameters.view, sums: training.gradients.view[rest],
        samples: training.program.batch)
    }
  }
}

/// One batch, kept apart from the program, whose buffers are reused within a step.
private struct Feed {
  let inputs: [[Float]]
  let target: [Float]
}

/// A program with its memory.
private final class Bound {
  let program: Program
  let gradients: FloatStorage
  private let workspace: FloatStorage
  private let sampleIDs: FloatStorage

  init(
    _ graph: Graph, _ loss: any Loss, batch: Int, mode: Program.Mode, _ parameters: FloatStorage,
    _ stream: ComputeStream
  ) throws {
    let compiled = try CompiledProgram(
      graph: graph, loss: loss, batch: batch, mode: mode, stream: stream)
    workspace = FloatStorage(count: compiled.workspaceCount)
    gradients = FloatStorage(count: graph.layout.count)
    sampleIDs = FloatStorage(count: batch)
    program = Program(compiled, workspace: workspace, parameters: parameters.view)
  }

  private var context: StepContext {
    unsafe StepContext(
      step: 0,
      sampleIDs: UnsafeRawPointer(sampleIDs.view.pointer).assumingMemoryBound(to: UInt32.self),
      gradients: gradients.view, dropoutKey: (0, 0))
  }

  func forward(_ feed: Feed) {
    for (view, values) in zip(program.inputs, feed.inputs) { view.copy(from: values) }
    program.target.copy(from: feed.target)
    program.forward(context)
  }

  func backward() -> LossSums {
    let sums = program.evaluateLoss()
    program.backward(context)
    return sums
  }
}
