import Operators
import Options
import Tensors
import TestSupport
import Testing

@testable import Networks

/// Fills a bench's inputs, runs it once in training, and returns its output.
///
/// The target is 0, so that under the mean squared error the output's gradient is twice the output.
private func output(
  _ model: ModelSpec, _ inputs: [[Float]], batch: Int,
  mode: Program.Mode = .training(inputGradients: true)
) throws -> (output: [Float], inputGradients: [[Float]], bench: Bench) {
  let bench = try Bench(model, loss: MeanSquaredError(), batch: batch, mode: mode)
  for (view, values) in zip(bench.program.inputs, inputs) { view.copy(from: values) }
  bench.program.target.fill(with: 0)
  let ids = (0..<UInt32(batch)).map { $0 }
  let output = unsafe ids.withUnsafeBufferPointer { ids -> [Float] in
    guard let base = ids.baseAddress else { return [] }
    let context = unsafe StepContext(
      step: 0, sampleIDs: base, gradients: bench.gradients.view, dropoutKey: (0, 0))
    bench.program.forward(context)
    let output = bench.program.output.array
    _ = bench.program.evaluateLoss()
    bench.program.backward(context)
    return output
  }
  return (output, bench.program.inputGradients.map { $0?.array ?? [] }, bench)
}

private func model(
  _ shapes: [Shape], @LayerListBuilder _ layers: () -> [LayerEntry]
) -> ModelSpec {
  ModelSpec(
    inputs: zip(["a", "b", "c"], shapes).map { ModelSpec.Input(name: $0, shape: $1) }, layers)
}

@Suite("Layers of several inputs")
struct CombiningTests {
  static let modes: [Program.Mode] = [.training(inputGradients: true), .inference]

  @Test("add their inputs, also one of them twice", arguments: modes)
  func add(mode: Program.Mode) throws {
    let spec = model([[2], [2], [2]]) { Add().from("a", "b", "c", "a") }
    let (sum, gradients, _) = try output(
      spec, [[1, 2], [10, 20], [100, 200]], batch: 1, mode: mode)
    #expect(sum == [112, 224])
    if mode == .inference { return }
    #expect(gradients == [[448, 896], [224, 448], [224, 448]])
  }

  @Test("multiply their inputs, also one of them twice", arguments: modes)
  func multiply(mode: Program.Mode) throws {
    let spec = model([[2], [2]]) { Multiply().from("a", "b", "a") }
    let (product, gradients, _) = try output(spec, [[2, 3], [5, -1]], batch: 1, mode: mode)
    #expect(product == [20, -9])
    if mode == .inference { return }
    // dL/dy = 2 y; dy/da = 2 a b, dy/db = a^2.
    #expect(gradients == [[800, 108], [160, -162]])
  }

  @Test("join their inputs on the last axis, for every row", arguments: modes)
  func concatenate(mode: Program.Mode) throws {
    let spec = model([[2, 1], [2, 2]]) { Concatenate().from("b", "a", "b") }
    let (joined, gradients, _) = try output(
      spec, [[1, 2, 3, 4], [10, 11, 20, 21, 30, 31, 40, 41]], batch: 2, mode: mode)
    #expect(
      joined == [10, 11, 1, 10, 11, 20, 21, 2, 20, 21, 30, 31, 3, 30, 31, 40, 41, 4, 40, 41])
    if mode == .inference { return }
    #expect(
      gradients == [[2, 4, 6, 8], [40, 44, 80, 84, 120, 124, 160, 164]])
  }

  @Test("take values that lie in one another's memory, and leave them to others", arguments: modes)
  func sharedMemory(mode: Program.Mode) throws {
    // `v` is a view of `d`; the sum must overwrite neither while the product still reads both.
    let spec = model([[2]]) {
      ActivationLayer(.linear).named("d")
      Reshape(2).named("v")
      Add().named("s").from("v", "d", "v")
      Multiply().from("s", "v", "d")
    }
    let (product, gradients, _) = try output(spec, [[2, -3]], batch: 1, mode: mode)
    #expect(product == [24, -81])  // 3 x^3
    if mode == .inference { return }
    #expect(gradients == [[1_728, -13_122]])  // 2 y 9 x^2
  }

  @Test("refuse what does not fit together")
  func errors() {
    func message(_ model: ModelSpec) -> String {
      do {
        _ = try Graph(model)
        return "no error"
      } catch { return error.description }
    }
    #expect(
      message(model([[2], [3]]) { Add().from("a", "b") }).contains(
        "add_1: add takes inputs of one shape, found [2] and [3]"))
    #expect(
      message(Sequential(input: [2]) { Multiply() }).contains(
        "multiply_1: multiply takes two inputs or more, found 1"))
    #expect(
      message(Sequential(input: [2]) { Concatenate() }).contains(
        "name them: `concatenate: {from: [left, right]}`"))
    #expect(
      message(model([[2, 3], [3, 3]]) { Concatenate().from("a", "b") }).contains(
        "differ on the last axis alone, found [2, 3] and [3, 3]"))
    #expect(
      message(model([[2], [2]]) { Dense(3).from("a", "b") }).contains(
        "dense_1: dense takes one input, found 2"))
  }
}

@Suite("Lists inside a list")
struct NestedListTests {
  @Test("name their layers under the part that holds them")
  func names() throws {
    let graph = try Graph(
      Sequential(input: [4]) {
        Dense(8)
        Residual(activation: .relu) {
          Dense(8, activation: .relu)
          Dense(8).named("last")
        }
        Residual {
          Dense(5)
        } shortcut: {
          Dense(5, bias: false)
          LayerNorm()
        }
        Repeat(2) {
          Dense(5)
          Residual { Dense(5) }
        }
        Dense(3)
      })
    #expect(
      graph.nodes.map(\.name) == [
        "dense_1", "residual_1.layers.dense_1", "residual_1.layers.last", "residual_1",
        "residual_1", "residual_2.layers.dense_1", "residual_2.shortcut.dense_1",
        "residual_2.shortcut.layer_norm_1", "residual_2", "repeat_1.1.dense_1",
        "repeat_1.1.residual_1.layers.dense_1", "repeat_1.1.residual_1", "repeat_1.2.dense_1",
        "repeat_1.2.residual_1.layers.dense_1", "repeat_1.2.residual_1", "dense_2",
      ])
    #expect(graph.layout["repeat_1.1.dense_1.weight"] != graph.layout["repeat_1.2.dense_1.weight"])
    #expect(graph.layout["residual_2.shortcut.dense_1.bias"] == nil)
    #expect(graph.layout.entries.count == 2 + 4 + 2 + 1 + 2 + 8 + 2)
  }

  @Test("add what the layers give to the input or to the shortcut's output")
  func residual() throws {
    let weights = Initializer.values([2, 0, 0, 2])
    let plain = Sequential(input: [2]) {
      Residual(activation: .relu) { Dense(2, bias: false, initializer: weights) }
    }
    #expect(try output(plain, [[1, -1]], batch: 1).output == [3, 0])
    let projected = Sequential(input: [2]) {
      Residual {
        Dense(2, bias: false, initializer: weights)
      } shortcut: {
        Dense(2, bias: false, initializer: .values([0, 10, 0, 0]))
      }
    }
    let (sum, gradients, _) = try output(projected, [[1, -1]], batch: 1)
    #expect(sum == [-8, -2])
    // W^T dy of both: dy = 2 y = (-16, -4).
    #expect(gradients == [[-32, -168]])
  }

  @Test("see the model's inputs, and `previous` is what the part takes")
  func scopes() throws {
    let graph = try Graph(
      model([[4], [4]]) {
        Dense(4).from("a")
        Repeat(2) { Add().from("previous", "b") }
        Residual { Add().from("b", "previous") }
      })
    #expect(graph.nodes.map(\.inputs) == [[0], [2, 1], [3, 1], [1, 4], [5, 4]])
  }

  @Test("say which inner layer is wrong, and what it can see")
  func errors() {
    func message(_ model: ModelSpec) -> String {
      do {
        _ = try Graph(model)
        return "no error"
      } catch { return error.description }
    }
    func inner(@LayerListBuilder _ layers: () -> [LayerEntry]) -> ModelSpec {
      let layers = layers()
      return Sequential(input: [4]) {
        Dense(4).named("outer")
        Repeat(2) { Residual { layers } }
      }
    }
    #expect(
      message(inner { Reshape(3) }).hasPrefix(
        "error: repeat_1.1.residual_1.layers.reshape_1: cannot reshape [4]"))
    #expect(
      message(inner { Dense(3) }).hasPrefix(
        "error: repeat_1.1.residual_1: the layers give [3], but the input is [4]"))
    let outside = message(inner { Dense(4).from("outer") })
    #expect(outside.contains("dense takes its input from `outer`, which is no layer before it"))
    #expect(outside.contains("`outer` stands outside of this list"))
    #expect(message(inner { Dense(4).from("previus") }).contains("did you mean `previous`?"))
    #expect(
      message(inner { Dense(4).named("input") }).contains(
        "two layers or inputs are named `input`"))
    #expect(
      message(inner { Dense(4).named("previous") }).contains("no layer can be named `previous`"))
    #expect(
      message(
        inner {
          Dense(4).named("idle")
          Dense(4).from("input")
        }
      ).contains("nothing uses the output of `repeat_1.1.residual_1.layers.idle`"))
    #expect(
      message(Sequential(input: [4]) { Repeat(2) { Dense(4).from("input") } }).contains(
        "nothing uses the output of `repeat_1.1.dense_1`"))
    #expect(
      message(
        model([[2], [2]]) { Residual { Dense(2) }.from("a", "b") }
      ).contains("residual_1: residual takes one input, found 2"))
  }

  @Test("need inputs of different names and known shapes")
  func inputs() {
    func message(_ model: ModelSpec) -> String {
      do {
        _ = try Graph(model)
        return "no error"
      } catch { return error.description }
    }
    #expect(message(ModelSpec(inputs: []) { Dense(1) }).contains("the model has no inputs"))
    let twins = ModelSpec.Input(name: "a", shape: [2])
    #expect(
      message(ModelSpec(inputs: [twins, twins]) { Add().from("a", "a") }).contains(
        "two inputs are named `a`"))
    let unknown = ModelSpec.Input(name: "b", shape: nil)
    #expect(
      message(ModelSpec(inputs: [twins, unknown]) { Add().from("a", "b") }).contains(
        "write `b: [features]` in the model's `inputs`"))
    #expect(
      message(model([[2], [2]]) { Dense(2) }).contains("nothing uses the output of `b`"))
  }
}
