import Operators
import Tensors
import Testing

@testable import Networks

/// Compares the gradients of all parameters and inputs with central differences, under cross entropy.
///
/// - Parameters:
///   - model: the network, of a class for each logit.
///   - labels: the classes of the batch's samples.
///   - ids: what to feed in place of random numbers, and then without a gradient.
///   - values: what to feed in place of random numbers.
///   - name: the network in words.
/// - Throws: what the network or the engine refuses.
func expectCentralDifferences(
  _ model: ModelSpec, labels: [Float], ids: [Float]? = nil, values: [Float]? = nil, _ name: String
) throws {
  let bench = try Bench(
    model, loss: CrossEntropy(), batch: labels.count, mode: .training(inputGradients: true))
  let stream = RandomStream(seed: 9, purpose: .noise)
  var inputs: [[Float]] = []
  for (tag, view) in bench.program.inputs.enumerated() {
    bench.fill(view, stream, UInt32(tag))
    inputs.append(ids ?? values ?? view.array)
  }
  // A step may overwrite its inputs and target: their room is reused.
  func loss() -> Double {
    for (view, values) in zip(bench.program.inputs, inputs) { view.copy(from: values) }
    bench.program.target.copy(from: labels)
    return bench.run().loss
  }
  bench.gradients.view.fill(with: .nan)
  _ = loss()
  let gradient = bench.gradients.view.array
  let inputGradients = bench.program.inputGradients.map { $0?.array ?? [] }
  func expectClose(_ actual: Float, _ change: (Float) -> Void, _ what: String) {
    let h: Float = 1e-2
    change(h)
    let above = loss()
    change(-2 * h)
    let below = loss()
    change(h)
    let expected = Float((above - below) / Double(2 * h))
    // The truncation error of h = 1e-2 and float32's rounding both stay below 2e-3 here.
    #expect(
      abs(actual - expected) < 2e-3 + 1e-2 * abs(expected),
      "\(name), \(what): \(actual) against \(expected)")
  }
  for entry in bench.graph.layout.entries {
    for offset in entry.range {
      expectClose(
        gradient[offset], { bench.parameters.view[offset] += $0 },
        "\(entry.name)[\(offset - entry.offset)]")
    }
  }
  for (index, values) in inputGradients.enumerated() {
    if ids != nil {
      #expect(values.allSatisfy { $0 == 0 })
      continue
    }
    for offset in values.indices {
      expectClose(values[offset], { inputs[index][offset] += $0 }, "input \(index)[\(offset)]")
    }
  }
}
