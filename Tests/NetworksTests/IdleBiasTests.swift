import Operators
import Tensors
import Testing

@testable import Networks

@Suite("Biases that a batch norm takes away")
struct IdleBiasTests {
  /// The names of the nodes whose biases are idle, in a network of these layers on images [6, 6, 3].
  private func idle(@LayerListBuilder _ layers: () -> [LayerEntry]) throws -> [String] {
    let graph = try Graph(ModelSpec(input: [6, 6, 3], layers)).fused()
    return zip(graph.nodes, graph.idleBiases()).filter { $0.1 }.map(\.0.name)
  }

  @Test("are those before it, also behind layers that keep constants")
  func found() throws {
    let plain = try idle {
      Conv2D(4, kernel: 3, padding: .same)
      BatchNorm()
      ActivationLayer(.relu)
      MaxPool2D(2)
      Conv2D(5, kernel: 3)
      AveragePool2D(2, padding: 1)
      BatchNorm()
      Flatten()
      Dense(3)
      BatchNorm()
      Dense(2)
    }
    #expect(plain == ["conv2d_1", "conv2d_2", "batch_norm_2", "dense_1"])
    let residual = try idle {
      Residual(activation: .relu) {
        Conv2D(3, kernel: 3, padding: .same)
        BatchNorm()
      } shortcut: {
        Conv2D(3, kernel: 1)
        BatchNorm()
      }
      GlobalAveragePool2D()
      Dense(2)
    }
    #expect(residual == ["residual_1.layers.conv2d_1", "residual_1.shortcut.conv2d_1"])
    let joined = try idle {
      Conv2D(2, kernel: 1).named("left").from("input")
      Conv2D(2, kernel: 1).named("right").from("input")
      Add().named("sum").from("left", "right")
      BatchNorm().named("norm").from("sum")
      Concatenate().named("all").from("left", "norm")
      Reshape(12, 12)
      BatchNorm()
      Flatten()
      Dense(2)
    }
    #expect(joined == ["left", "right", "norm"])
    let sequence = try idle {
      Reshape(36, 3)
      Conv1D(4, kernel: 3)
      Dense(3)
      BatchNorm()
      Flatten()
      Dense(2)
    }
    #expect(sequence == ["conv1d_1", "dense_1"])
  }

  @Test("are not those that something else sees")
  func others() throws {
    let bent = try idle {
      Conv2D(4, kernel: 3, activation: .relu)
      BatchNorm()
      Conv2D(4, kernel: 3)
      ActivationLayer(.tanh)
      BatchNorm()
      Conv2D(4, kernel: 1)
      LayerNorm()
      BatchNorm()
    }
    #expect(bent.isEmpty)
    let padded = try idle {
      Conv2D(4, kernel: 1)
      Conv2D(4, kernel: 3, padding: .same)
      BatchNorm()
      Flatten()
      Dense(2)
    }
    #expect(padded == ["conv2d_2"])
    let mixed = try idle {
      Conv2D(3, kernel: 1)
      Reshape(27, 4)
      BatchNorm()
      Flatten()
      Dense(2)
    }
    #expect(mixed.isEmpty)
    // The sum takes in what the normalization takes away.
    let around = try idle {
      Conv2D(3, kernel: 1).named("start")
      BatchNorm().named("norm")
      Add().from("norm", "start")
      Flatten()
      Dense(2)
    }
    #expect(around.isEmpty)
    #expect(try idle { Conv2D(3, kernel: 1) }.isEmpty)
  }

  @Test("have gradients of exactly 0, which rounding would not leave")
  func gradients() throws {
    let model = Sequential(input: [6, 6, 2]) {
      Conv2D(5, kernel: 3)
      BatchNorm()
      ActivationLayer(.relu)
      Flatten()
      Dense(7)
      BatchNorm()
      BatchNorm()
      Dense(3)
    }
    let bench = try Bench(
      model, loss: CrossEntropy(), batch: 4, mode: .training(inputGradients: true))
    let stream = RandomStream(seed: 9, purpose: .noise)
    bench.fill(bench.program.inputs[0], stream, 0)
    bench.program.target.copy(from: [0, 2, 1, 2])
    bench.gradients.view.fill(with: .nan)
    bench.run()
    for entry in bench.graph.layout.entries {
      let gradient = bench.gradients.view[entry.range].array
      if ["conv2d_1.bias", "dense_1.bias", "batch_norm_2.bias"].contains(entry.name) {
        #expect(gradient.allSatisfy { $0 == 0 }, "\(entry.name) \(gradient)")
      } else {
        #expect(gradient.contains { abs($0) > 1e-6 }, "\(entry.name)")
      }
    }
  }
}
