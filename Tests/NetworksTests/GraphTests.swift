import Operators
import Options
import Tensors
import Testing

@testable import Networks

@Suite("A graph")
struct GraphTests {
  @Test("names layers by kind and count, and leaves named ones out of the count")
  func names() throws {
    let graph = try Graph(
      Sequential(input: [4]) {
        Dense(6).named("left").from("input")
        Dense(5, activation: .relu).from("left")
        Dense(3)
        ActivationLayer(.tanh)
      })
    #expect(graph.nodes.map(\.name) == ["left", "dense_1", "dense_2", "tanh_1"])
    #expect(
      graph.nodes.flatMap { $0.parameters.map(\.name) } == [
        "left.weight", "left.bias", "dense_1.weight", "dense_1.bias", "dense_2.weight",
        "dense_2.bias",
      ])
    #expect(graph.outputShape == [3])
  }

  @Test("places parameters in reverse order of execution on 64-byte borders")
  func arena() throws {
    let graph = try Graph(
      Sequential(input: [4]) {
        Dense(3)
        Dense(2)
      })
    #expect(
      graph.layout.entries.map(\.name) == [
        "dense_2.bias", "dense_2.weight", "dense_1.bias", "dense_1.weight",
      ])
    #expect(graph.layout.entries.allSatisfy { $0.offset % 16 == 0 })
    #expect(graph.layout.parameterCount == 3 * 4 + 3 + 2 * 3 + 2)
  }

  @Test("starts the same whatever layers are added around")
  func initialization() throws {
    let small = try Graph(Sequential(input: [4]) { Dense(3) })
    let large = try Graph(
      Sequential(input: [4]) {
        Dense(3)
        Dense(7)
      })
    let first = FloatStorage(count: small.layout.count)
    let second = FloatStorage(count: large.layout.count)
    small.initialize(first.view, seed: 3)
    large.initialize(second.view, seed: 3)
    let name = "dense_1.weight"
    let a = try #require(small.layout[name])
    let b = try #require(large.layout[name])
    #expect(first.view[a.range].array == second.view[b.range].array)
    large.initialize(second.view, seed: 4)
    #expect(first.view[a.range].array != second.view[b.range].array)
  }

  @Test("draws He and Xavier weights with the right spread")
  func spread() throws {
    let graph = try Graph(
      Sequential(input: [400]) {
        Dense(300, activation: .relu, initializer: .heNormal)
        Dense(200, activation: .tanh)
      })
    let storage = FloatStorage(count: graph.layout.count)
    graph.initialize(storage.view, seed: 1)
    func variance(_ name: String) throws -> Double {
      let values = storage.view[try #require(graph.layout[name]).range].array.map(Double.init)
      let mean = values.reduce(0, +) / Double(values.count)
      #expect(abs(mean) < 0.002)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    }
    #expect(abs(try variance("dense_1.weight") / (2.0 / 400) - 1) < 0.02)
    #expect(abs(try variance("dense_2.weight") / (2.0 / 500) - 1) < 0.02)
  }

  @Test("says which layer does not fit, and why")
  func errors() {
    func message(_ model: ModelSpec) -> String {
      do {
        _ = try Graph(model)
        return "no error"
      } catch { return error.description }
    }
    #expect(
      message(Sequential(input: [4]) { Reshape(3, 2) }).contains(
        "reshape_1: cannot reshape [4] of 4 elements to [3, 2]"))
    #expect(
      message(Sequential(input: [4]) { Dense(3).from("inptu") }).contains(
        "did you mean `input`?"))
    #expect(
      message(
        Sequential(input: [4]) {
          Dense(3).named("a")
          Dense(3).named("a")
        }
      ).contains("two layers or inputs are named `a`"))
    #expect(
      message(
        Sequential(input: [4]) {
          Dense(3).named("a")
          Dense(3).from("input")
        }
      ).contains("nothing uses the output of `a`"))
    #expect(message(Sequential { Dense(3) }).contains("the shape of `input` is not known"))
  }
}
