import Operators
import Options
import Tensors
import Testing

@testable import Networks

/// A network whose blocks are fused where `rectifier` is a ReLU, and are not where it is one by another
/// name.
private func blocks(rectifier: Activation) -> ModelSpec {
  Sequential(input: [6, 6, 2]) {
    Conv2D(4, kernel: 3, padding: .same, bias: false)
    BatchNorm()
    ActivationLayer(rectifier)
    Residual(activation: rectifier) {
      Conv2D(4, kernel: 3, padding: .same, bias: false)
      BatchNorm()
      ActivationLayer(rectifier)
      Conv2D(4, kernel: 3, padding: .same, bias: false)
      BatchNorm()
    }
    Residual(activation: rectifier) {
      Conv2D(6, kernel: 3, stride: 2, padding: .same, bias: false)
      BatchNorm(momentum: 0.3)
    } shortcut: {
      Conv2D(6, kernel: 1, stride: 2, bias: false)
      BatchNorm()
    }
    Flatten()
    Dense(3)
  }
}

@Suite("Batch normalization in networks")
struct BatchNormTests {
  private static let notCalledReLU = Activation(.leakyReLU, parameter: 0)

  private func run(
    _ rectifier: Activation, mode: Program.Mode
  ) throws -> (bench: Bench, loss: Double) {
    let bench = try Bench(
      blocks(rectifier: rectifier), loss: CrossEntropy(), batch: 4, mode: mode)
    let stream = RandomStream(seed: 9, purpose: .noise)
    bench.fill(bench.program.inputs[0], stream, 0)
    bench.program.target.copy(from: [0, 2, 1, 2])
    return (bench, bench.run().loss)
  }

  @Test("takes in the sum and the ReLU that follow it")
  func fusion() throws {
    let graph = try Graph(blocks(rectifier: .relu))
    let fused = graph.fused()
    #expect(graph.nodes.count == 18)
    #expect(
      fused.nodes.map(\.name) == [
        "conv2d_1", "batch_norm_1", "residual_1.layers.conv2d_1", "residual_1.layers.batch_norm_1",
        "residual_1.layers.conv2d_2", "residual_1.layers.batch_norm_2",
        "residual_2.layers.conv2d_1", "residual_2.shortcut.conv2d_1",
        "residual_2.shortcut.batch_norm_1", "residual_2.layers.batch_norm_1", "flatten_1",
        "dense_1",
      ])
    #expect(fused.outputShape == graph.outputShape)
  }

  @Test("computes the same fused and not, forward and backward")
  func sameAsUnfused() throws {
    for mode in [Program.Mode.training(inputGradients: true), .inference] {
      let fused = try run(.relu, mode: mode)
      let plain = try run(Self.notCalledReLU, mode: mode)
      #expect(plain.bench.graph.fused().nodes.count > fused.bench.graph.fused().nodes.count)
      #expect(fused.loss == plain.loss)
      // A training step uses the output's room again.
      if mode == .inference { #expect(fused.bench.output == plain.bench.output) }
      #expect(fused.bench.gradients.view.array == plain.bench.gradients.view.array)
      #expect(
        fused.bench.program.inputGradients.map { $0?.array }
          == plain.bench.program.inputGradients.map { $0?.array })
    }
  }

  @Test("has the gradients of central differences")
  func gradients() throws {
    try expectCentralDifferences(
      blocks(rectifier: .tanh), labels: [0, 2, 1, 2], "residual blocks with batch norm")
  }

  @Test("keeps a value that others read, or that the network gives")
  func notFused() throws {
    let read = Sequential(input: [4]) {
      BatchNorm().named("norm")
      ActivationLayer(.relu).named("relu")
      Add().from("norm", "relu")
    }
    #expect(try Graph(read).fused().nodes.count == 3)
    let given = Sequential(input: [4]) { BatchNorm() }
    #expect(try Graph(given).fused().nodes.count == 1)
  }

  @Test("follows the batch's statistics, weighted by the samples")
  func runningStatistics() throws {
    let model = Sequential(input: [2, 3]) {
      BatchNorm(momentum: 0.25)
      Flatten()
      Dense(2)
    }
    let bench = try Bench(
      model, loss: CrossEntropy(), batch: 2, mode: .training(inputGradients: false))
    let layout = bench.graph.layout
    #expect(
      layout.statistics.map(\.name).sorted() == [
        "batch_norm_1.running_mean", "batch_norm_1.running_var",
      ])
    #expect(layout.statistics.allSatisfy { $0.offset % ArenaLayout.chunk < ArenaLayout.chunk })
    #expect(layout.parameterCount == 3 + 3 + 12 + 2)
    // The first channel is 1, 2, 3, 6 over two samples of two rows.
    bench.program.inputs[0].copy(from: [1, 0, 5, 2, 0, 5, 3, 0, 5, 6, 4, 5])
    bench.program.target.copy(from: [0, 1])
    bench.parameters.view[layout.statistics[0].offset..<layout.count].fill(with: 1)
    _ = bench.run()
    let statistics = RunningStatistics(of: bench.graph)
    let range = layout.statistics[0].offset..<layout.count
    #expect(statistics.contains(range))
    #expect(!statistics.contains(0..<layout.entries.count))
    statistics.update(
      range, of: bench.parameters.view, sums: bench.gradients.view[range], samples: 2)
    let mean = try #require(layout["batch_norm_1.running_mean"])
    let variance = try #require(layout["batch_norm_1.running_var"])
    // 0.75 + 0.25 mean, and the variance divided by 3, not 4.
    #expect(bench.parameters.view[mean.range].array == [1.5, 1, 2])
    let expected: [Float] = [0.75 + 0.25 * 14 / 3, 0.75 + 0.25 * 4, 0.75]
    for (own, value) in zip(bench.parameters.view[variance.range].array, expected) {
      #expect(abs(own - value) < 1e-6)
    }
  }

  @Test("needs two values a channel")
  func smallestBatch() {
    #expect(BatchNorm().smallestTrainingBatch(of: [[7]]) == 2)
    #expect(BatchNorm().smallestTrainingBatch(of: [[2, 7]]) == 1)
    #expect(Dense(3).smallestTrainingBatch(of: [[7]]) == 1)
  }
}
