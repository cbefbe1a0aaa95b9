import Operators
import Tensors
import Testing

@testable import Networks

@Suite("Random networks")
struct RandomGraphTests {
  /// Draws whole numbers one after the other.
  private struct Dice {
    let stream: RandomStream
    var counter: UInt32 = 0

    mutating func roll(_ sides: Int) -> Int {
      counter += 1
      return Int(stream.words(counter).0) % sides
    }
  }

  /// A chain of all kinds of layers on vectors of 6, into which earlier values come back.
  private static func model(_ seed: Int) -> ModelSpec {
    var dice = Dice(stream: RandomStream(seed: UInt64(seed), purpose: .search))
    var names = ["input"]
    var used: Set<String> = []
    var entries: [LayerEntry] = []
    for index in 0..<(3 + dice.roll(8)) {
      let name = "layer\(index)"
      let source = dice.roll(3) == 0 ? names[dice.roll(names.count)] : names[names.count - 1]
      let other = names[dice.roll(names.count)]
      let entry: LayerEntry
      switch dice.roll(9) {
      case 0: entry = Dense(6, activation: .tanh).named(name)
      case 1: entry = Dense(6, activation: .gelu, bias: false).named(name)
      case 2: entry = ActivationLayer(.sigmoid).named(name)
      case 3: entry = ActivationLayer(.gelu).named(name)
      case 4: entry = Softmax().named(name)
      case 5: entry = Flatten().named(name)
      case 6: entry = PReLU(perChannel: dice.roll(2) == 0).named(name)
      case 7: entry = Dropout(0.3).named(name)
      default:
        entries.append(Sum().named(name).from(source, other))
        used.formUnion([source, other])
        names.append(name)
        continue
      }
      entries.append(entry.from(source))
      used.insert(source)
      names.append(name)
    }
    // All that leads nowhere is added up, so that every value counts.
    var last = LayerEntry(Sum(), name: "sum")
    last.from = names.filter { !used.contains($0) }
    entries += [last, LayerEntry(Dense(3), name: "head")]
    var model = ModelSpec(input: [6]) {}
    model.layers = entries
    return model
  }

  /// Fills the inputs and runs a step; their room is reused within it.
  private static func step(_ bench: Bench, _ input: [Float]) -> LossSums {
    bench.program.inputs[0].copy(from: input)
    bench.program.target.copy(from: [0, 2, 1, 1, 0])
    return bench.run(step: 3)
  }

  /// A wrong reuse of memory anywhere changes the gradient or the loss.
  @Test("have right gradients, whatever memory their values share", arguments: 0..<150)
  func gradients(seed: Int) throws {
    let model = Self.model(seed)
    let bench = try Bench(
      model, loss: CrossEntropy(), batch: 5, mode: .training(inputGradients: seed % 2 == 0),
      seed: UInt64(seed))
    try withExtendedLifetime(bench) {
      let stream = RandomStream(seed: UInt64(seed), purpose: .noise)
      bench.fill(bench.program.inputs[0], stream, 1)
      let input = bench.program.inputs[0].array
      let first = Self.step(bench, input)
      let gradient = bench.gradients.view.array
      let inputGradient = bench.program.inputGradients[0]?.array
      let direction = FloatStorage(count: bench.graph.layout.count)
      withExtendedLifetime(direction) {
        for entry in bench.graph.layout.entries {
          bench.fill(direction.view[entry.range], stream, UInt32(entry.offset + 2))
        }
        let start = bench.parameters.view.array
        func loss(_ h: Float) -> Double {
          let moved = zip(start, direction.view.array).map { $0 + h * $1 }
          bench.parameters.view.copy(from: moved)
          return Self.step(bench, input).loss
        }
        let h: Float = 2e-3
        let measured = (loss(h) - loss(-h)) / Double(2 * h)
        let expected = zip(gradient, direction.view.array).reduce(0.0) {
          $0 + Double($1.0) * Double($1.1)
        }
        #expect(abs(measured - expected) < 5e-3 + 5e-3 * abs(expected), "\(measured) \(expected)")
        bench.parameters.view.copy(from: start)
      }
      #expect(Self.step(bench, input) == first)
      #expect(bench.gradients.view.array == gradient)
      #expect(bench.program.inputGradients[0]?.array == inputGradient)
      guard !model.layers.contains(where: { $0.layer is Dropout }) else { return }
      let inference = try Bench(
        model, loss: CrossEntropy(), batch: 5, mode: .inference, seed: UInt64(seed))
      withExtendedLifetime(inference) {
        #expect(Self.step(inference, input) == first)
      }
    }
  }
}
