import Operators
import Tensors
import Testing

@testable import Networks

@Suite("Programs in bfloat16", .enabled(if: ComputeStream.bfloat16Support != .none))
struct BFloat16ProgramTests {
  private func bench(
    _ model: ModelSpec, _ precision: ElementType, mode: Program.Mode, batch: Int = 4
  ) throws -> Bench {
    try Bench(model, loss: CrossEntropy(), batch: batch, mode: mode, precision: precision)
  }

  /// The Euclidean distance of two vectors, relative to the length of the second.
  private func distance(_ a: [Float], _ b: [Float]) -> Double {
    let square = zip(a, b).reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
    let length = b.reduce(0) { $0 + Double($1) * Double($1) }
    return (square / length).squareRoot()
  }

  /// Layers that compute in bfloat16 beside layers that do not, sums over several readers, and views at
  /// both ends.
  private static let networks: [(name: String, model: ModelSpec)] = [
    (
      "dense layers with every kind of neighbour",
      Sequential(input: [4, 6]) {
        Flatten()
        Dense(16, activation: .relu)
        LayerNorm()
        Dense(16, activation: .gelu).named("left")
        ActivationLayer(.tanh).named("right").from("left")
        Multiply().from("left", "right")
        Residual(activation: Activation(.swish)) {
          Dense(8, activation: .sigmoid)
          Dense(16)
        }
        Reshape(2, 8)
        Softmax()
        Concatenate().from("previous", "previous")
        Flatten()
        Dense(3)
        Reshape(3)
      }
    ),
    (
      "convolutions with batch norm",
      Sequential(input: [8, 8, 3]) {
        Conv2D(16, kernel: 3, padding: .same, bias: false)
        BatchNorm()
        ActivationLayer(.relu)
        Residual(activation: .relu) {
          Conv2D(16, kernel: 3, padding: .same, activation: .relu)
          Conv2D(16, kernel: 3, padding: .same, bias: false)
          BatchNorm()
        }
        Flatten()
        Dense(3)
      }
    ),
    (
      "sequences",
      Sequential(input: [6, 5]) {
        Conv1D(8, kernel: 3, padding: .causal, activation: .relu)
        LSTM(6, bidirectional: true)
        Dense(4, activation: Activation(.elu))
        Flatten()
        Dense(3)
      }
    ),
  ]

  @Test("come near those in float32, forward and backward", arguments: networks.indices)
  func nearFloat32(index: Int) throws {
    let (name, model) = Self.networks[index]
    var losses: [Double] = []
    var gradients: [[Float]] = []
    var inputGradients: [[Float]] = []
    for precision in [ElementType.float32, .bfloat16] {
      let bench = try bench(model, precision, mode: .training(inputGradients: true))
      bench.fill(bench.program.inputs[0], RandomStream(seed: 9, purpose: .noise), 0)
      bench.program.target.copy(from: [0, 2, 1, 2])
      bench.gradients.view.fill(with: 0)
      losses.append(bench.run().loss)
      withExtendedLifetime(bench) {
        gradients.append(bench.gradients.view.array)
        inputGradients.append(bench.program.inputGradients[0]?.array ?? [])
      }
    }
    #expect(abs(losses[1] - losses[0]) < 0.02 * losses[0], "\(name)")
    #expect(losses[1] != losses[0], "\(name): nothing was rounded")
    // Each rounding is of 2^-9; a few layers of them stay far below this, a wrong term would not.
    #expect(distance(gradients[1], gradients[0]) < 0.05, "\(name)")
    #expect(distance(inputGradients[1], inputGradients[0]) < 0.05, "\(name)")
  }

  @Test("are exact where bfloat16 is: small whole numbers")
  func exact() throws {
    let model = Sequential(input: [3]) {
      Dense(2, activation: .relu, initializer: .values([1, -2, 3, 0.5, 4, -1]))
      Dense(2, bias: false, initializer: .values([2, 1, -1, 8]))
    }
    let bench = try bench(model, .bfloat16, mode: .inference, batch: 2)
    bench.parameters.view[try #require(bench.graph.layout["dense_1.bias"]).range].copy(
      from: [1, -2])
    bench.program.inputs[0].copy(from: [2, 1, 3, -4, 1, 0])
    bench.program.target.copy(from: [0, 1])
    _ = bench.run()
    // 1*2 - 2*1 + 3*3 + 1 = 10 and 0.5*2 + 4*1 - 3 - 2 = 0; -4 - 2 + 1 < 0 and -2 + 4 - 2 = 0.
    #expect(bench.output == [20, -10, 0, 0])
  }

  @Test("need less memory")
  func memory() throws {
    let model = Sequential(input: [64]) {
      for _ in 0..<6 { Dense(256, activation: .relu) }
      Dense(3)
    }
    func count(_ precision: ElementType) throws -> Int {
      try CompiledProgram(
        graph: Graph(model), loss: CrossEntropy(), batch: 32,
        mode: .training(inputGradients: false), precision: precision, stream: ComputeStream()
      ).workspaceCount
    }
    // The copies at the borders are float32 too.
    let (lower, full) = try (count(.bfloat16), count(.float32))
    #expect(Double(lower) < 0.7 * Double(full), "\(lower) against \(full)")
  }

  @Test("name the tensor in which numbers stopped being finite")
  func notFinite() throws {
    let model = Sequential(input: [3]) {
      Dense(4)
      ActivationLayer(Activation(.exponential))
      Dense(2)
    }
    let bench = try bench(model, .bfloat16, mode: .training(inputGradients: false), batch: 2)
    bench.parameters.view[try #require(bench.graph.layout["dense_1.bias"]).range].fill(with: 200)
    bench.program.inputs[0].copy(from: [1, 2, 3, 4, 5, 6])
    bench.program.target.copy(from: [0, 1])
    #expect(!bench.run().loss.isFinite)
    bench.program.inputs[0].copy(from: [1, 2, 3, 4, 5, 6])
    #expect(bench.firstNonFiniteTensor() == "the output of exponential_1")
  }
}
