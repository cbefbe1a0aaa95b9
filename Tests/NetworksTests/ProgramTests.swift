import Operators
import Tensors
import TestSupport
import Testing

@testable import Networks

/// A network with parameters, workspace and gradients, ready to run one batch.
final class Bench {
  let graph: Graph
  let program: Program
  let parameters: FloatStorage
  let gradients: FloatStorage
  let workspace: FloatStorage
  private let sampleIDs: [UInt32]
  /// The parameters in the program's precision, where that is not float32.
  private let weights: ElementView?
  private let weightStorage: FloatStorage

  init(
    _ model: ModelSpec, loss: any Loss, batch: Int, mode: Program.Mode, seed: UInt64 = 1,
    precision: ElementType = .float32
  ) throws {
    graph = try Graph(model)
    let compiled = try CompiledProgram(
      graph: graph, loss: loss, batch: batch, mode: mode, precision: precision,
      stream: ComputeStream())
    let count = graph.layout.count
    weightStorage = FloatStorage(count: precision.floatCount(of: count))
    weights =
      precision == .float32
      ? nil : ElementView(weightStorage.view, count: count, type: precision)
    parameters = FloatStorage(count: graph.layout.count)
    gradients = FloatStorage(count: graph.layout.count)
    workspace = FloatStorage(count: compiled.workspaceCount)
    // Garbage in the workspace must not matter.
    workspace.view.fill(with: .nan)
    program = Program(
      compiled, workspace: workspace, parameters: parameters.view, weights: weights)
    sampleIDs = (0..<UInt32(batch)).map { $0 * 7 + 3 }
    graph.initialize(parameters.view, seed: seed)
    let stream = RandomStream(seed: seed, purpose: .noise)
    for (index, entry) in graph.layout.entries.enumerated() where entry.name.hasSuffix("bias") {
      fill(parameters.view[entry.range], stream, UInt32(1000 + index))
    }
  }

  func fill(_ view: FloatView, _ stream: RandomStream, _ tag: UInt32) {
    for index in 0..<view.count {
      view[index] = 2 * RandomStream.unit(stream.words(UInt32(index), tag).0) - 1
    }
  }

  /// The output, read while the memory is there for sure.
  var output: [Float] { withExtendedLifetime(self) { program.output.array } }

  /// Runs forward, loss and, in training, backward.
  @discardableResult
  func run(step: UInt32 = 0) -> LossSums {
    defer { withExtendedLifetime(self) {} }
    if let weights { Elementwise.convert(ElementView(parameters.view), into: weights) }
    return unsafe sampleIDs.withUnsafeBufferPointer { ids in
      guard let base = ids.baseAddress else { return LossSums() }
      let context = unsafe StepContext(
        step: step, sampleIDs: base, gradients: gradients.view, dropoutKey: (5, 6))
      program.forward(context)
      let sums = program.evaluateLoss()
      program.backward(context)
      return sums
    }
  }

  /// The name of the first tensor that is not finite.
  func firstNonFiniteTensor() -> String? {
    defer { withExtendedLifetime(self) {} }
    return unsafe sampleIDs.withUnsafeBufferPointer { ids in
      guard let base = ids.baseAddress else { return nil }
      let context = unsafe StepContext(
        step: 0, sampleIDs: base, gradients: gradients.view, dropoutKey: (5, 6))
      return program.firstNonFiniteTensor(context, parameters: parameters.view)
        .map(graph.tensorName)
    }
  }
}

/// A layer made outside the library: the sum of its inputs.
struct Sum: Layer {
  var kind: String { "sum" }

  func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape { inputs[0] }

  func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    SumOperation()
  }
}

final class SumOperation: Operation {
  let memory = OperationMemory()
  var buffers: OperationBuffers?

  func bind(_ buffers: OperationBuffers) {
    self.buffers = buffers
  }

  func forward(_ context: StepContext) {
    guard let buffers else { return }
    for index in 0..<buffers.output.floats.count {
      buffers.output.floats[index] = buffers.inputs.reduce(0) { $0 + $1.floats[index] }
    }
  }

  func backward(_ context: StepContext) {
    guard let buffers else { return }
    for gradient in buffers.inputGradients {
      gradient?.floats.copy(from: buffers.outputGradient.floats)
    }
  }
}

@Suite("A program")
struct ProgramTests {
  @Test("computes the worked neuron of the course: z = 2.6, sigmoid 0.93")
  func neuron() throws {
    let bench = try Bench(
      Sequential(input: [3]) { Dense(1, activation: .sigmoid) }, loss: MeanSquaredError(), batch: 1,
      mode: .inference)
    bench.parameters.view.fill(with: 0)
    let weight = try #require(bench.graph.layout["dense_1.weight"])
    let bias = try #require(bench.graph.layout["dense_1.bias"])
    bench.parameters.view[weight.range].copy(from: [2, 3, -1])
    bench.parameters.view[bias.range].copy(from: [0.5])
    bench.program.inputs[0].copy(from: [0.9, 0.2, 0.3])
    bench.program.target.copy(from: [1])
    bench.run()
    // 2 x 0.9 + 3 x 0.2 - 0.3 + 0.5 = 2.6; 1 / (1 + e^-2.6) = 0.9308615797
    expectClose(bench.output, [0.93086158])
  }

  static let models: [(String, ModelSpec)] = [
    (
      "two hidden layers",
      Sequential(input: [5]) {
        Dense(7, activation: .tanh)
        Dense(6, activation: .sigmoid)
        Dense(3)
      }
    ),
    (
      "activations that keep their input",
      Sequential(input: [5]) {
        Dense(7, activation: .gelu)
        ActivationLayer(Activation(.mish))
        Dense(6, activation: Activation(.swish))
        ActivationLayer(Activation(.arctan))
        Dense(3)
      }
    ),
    (
      "softmax, prelu and views",
      Sequential(input: [2, 6]) {
        Dense(4)
        Softmax()
        Reshape(4, 2)
        PReLU(perChannel: true)
        Flatten()
        Dense(3, bias: false)
      }
    ),
    (
      "dropout between layers",
      Sequential(input: [8]) {
        Dense(9, activation: .sigmoid)
        Dropout(0.4)
        Dense(3)
      }
    ),
    (
      "a value with two consumers",
      Sequential(input: [5]) {
        Dense(5, activation: .tanh).named("a")
        Dense(5, activation: .tanh).named("b")
        ActivationLayer(.sigmoid).named("c").from("a")
        Sum().from("b", "c", "a")
        Dense(3)
      }
    ),
  ]

  @Test("gives the gradients that central differences give", arguments: models.indices)
  func gradients(index: Int) throws {
    let (_, model) = Self.models[index]
    let bench = try Bench(
      model, loss: CrossEntropy(), batch: 4, mode: .training(inputGradients: true))
    let stream = RandomStream(seed: 9, purpose: .noise)
    bench.fill(bench.program.inputs[0], stream, 1)
    let input = bench.program.inputs[0].array
    let labels: [Float] = [0, 2, 1, 2]
    bench.program.target.copy(from: labels)
    bench.run()
    let gradient = bench.gradients.view.array
    let inputGradient = try #require(bench.program.inputGradients[0]).array

    // A step may overwrite its inputs and target: their room is reused.
    func loss(input: [Float]) -> Double {
      bench.program.inputs[0].copy(from: input)
      bench.program.target.copy(from: labels)
      return bench.run().loss
    }
    let h: Float = 1e-2
    for entry in bench.graph.layout.entries {
      for offset in entry.range {
        let kept = bench.parameters.view[offset]
        bench.parameters.view[offset] = kept + h
        let above = loss(input: input)
        bench.parameters.view[offset] = kept - h
        let below = loss(input: input)
        bench.parameters.view[offset] = kept
        let expected = Float((above - below) / Double(2 * h))
        // The truncation error of h = 1e-2 and float32's rounding both stay below 2e-3 here.
        #expect(
          abs(gradient[offset] - expected) < 2e-3 + 1e-2 * abs(expected),
          "\(entry.name)[\(offset - entry.offset)]: \(gradient[offset]) against \(expected)")
      }
    }
    for offset in input.indices {
      func changed(_ change: Float) -> [Float] {
        var changed = input
        changed[offset] += change
        return changed
      }
      let expected = Float(
        (loss(input: changed(h)) - loss(input: changed(-h))) / Double(2 * h))
      #expect(abs(inputGradient[offset] - expected) < 2e-3 + 1e-2 * abs(expected))
    }
  }

  @Test("gives a sample the same dropout mask in any batch and place")
  func dropoutBySample() throws {
    let model = Sequential(input: [64]) { Dropout(0.5) }
    let bench = try Bench(
      model, loss: MeanSquaredError(), batch: 3, mode: .training(inputGradients: true))
    bench.program.inputs[0].fill(with: 1)
    bench.program.target.fill(with: 0)
    bench.run(step: 4)
    let rows = bench.output
    let single = try Bench(
      model, loss: MeanSquaredError(), batch: 1, mode: .training(inputGradients: true))
    single.program.inputs[0].fill(with: 1)
    single.program.target.fill(with: 0)
    single.run(step: 4)
    #expect(Array(rows[0..<64]) == single.output)
    #expect(Set(rows) == [0, 2])
    #expect(Array(rows[0..<64]) != Array(rows[64..<128]))
    bench.program.inputs[0].fill(with: 1)
    bench.run(step: 5)
    #expect(rows != bench.output)
  }

  @Test("passes everything through dropout in inference")
  func dropoutInference() throws {
    let bench = try Bench(
      Sequential(input: [64]) { Dropout(0.5) }, loss: MeanSquaredError(), batch: 1,
      mode: .inference)
    bench.program.inputs[0].fill(with: 3)
    bench.program.target.fill(with: 0)
    bench.run()
    #expect(bench.output.allSatisfy { $0 == 3 })
  }

  @Test("needs less memory for inference than for training, and reuses dead activations")
  func memory() throws {
    let model = Sequential(input: [100]) {
      for _ in 0..<6 { Dense(100, activation: .relu) }
    }
    let graph = try Graph(model)
    func count(_ mode: Program.Mode) throws -> Int {
      try CompiledProgram(
        graph: graph, loss: MeanSquaredError(), batch: 16, mode: mode, stream: ComputeStream()
      ).workspaceCount
    }
    // In inference two activations are alive at once, and the target.
    #expect(try count(.inference) == 3 * 1600)
    // Backward needs the seven activations, the target and two gradients.
    #expect(try count(.training(inputGradients: false)) <= 10 * 1600)
  }

  @Test("lets no ReLU hide a NaN")
  func rectifiedNaN() throws {
    let bench = try Bench(
      Sequential(input: [3]) { Dense(2, activation: .relu) }, loss: MeanSquaredError(), batch: 2,
      mode: .inference)
    bench.program.inputs[0].copy(from: [1, 2, 3, 1, .nan, 3])
    bench.program.target.fill(with: 0)
    let sums = bench.run()
    #expect(bench.program.output.array.map(\.isNaN) == [false, false, true, true])
    #expect(sums.loss.isNaN)
  }

  @Test("names the tensor in which a NaN began")
  func nonFinite() throws {
    let bench = try Bench(
      Sequential(input: [4]) {
        Dense(3, activation: Activation(.exponential))
        Dense(2)
      }, loss: CrossEntropy(), batch: 2, mode: .training(inputGradients: false))
    bench.program.inputs[0].fill(with: 0.5)
    #expect(bench.firstNonFiniteTensor() == nil)
    bench.program.inputs[0].fill(with: 1e30)
    #expect(bench.firstNonFiniteTensor() == "the output of dense_1")
    bench.program.inputs[0].fill(with: .nan)
    #expect(bench.firstNonFiniteTensor() == "the data (input)")
    bench.program.inputs[0].fill(with: 1)
    let weight = try #require(bench.graph.layout["dense_2.weight"])
    bench.parameters.view[weight.offset] = .infinity
    #expect(bench.firstNonFiniteTensor() == "dense_2.weight")
  }
}
