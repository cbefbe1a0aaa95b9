import Configuration
import Operators
import Options
import Tensors
import Testing

@testable import Networks

/// What a backward pass tells of its progress, on which messages and updates that overlap with it rely.
@Suite("The progress of a backward pass")
struct BackwardProgressTests {
  private static let models = [
    """
    input: [6]
    layers:
      - dense: {units: 300, activation: relu}
      - dropout: {rate: 0.2}
      - prelu: {per_channel: true}
      - dense: {units: 40, activation: gelu}
      - layer_norm
      - dense: {units: 3}
    """,
    """
    input: [8, 8, 2]
    layers:
      - conv2d: {filters: 8, kernel: 3, padding: same, bias: false}
      - batch_norm
      - relu
      - residual:
          layers:
            - conv2d: {filters: 8, kernel: 3, padding: same}
            - batch_norm
          shortcut:
            - conv2d: {filters: 8, kernel: 1}
          activation: relu
      - max_pool2d: {size: 2}
      - flatten
      - dense: {units: 3}
    """,
    """
    input: [5, 4]
    layers:
      - lstm: {units: 7, bidirectional: true}
      - dense: {units: 8}
      - transformer_block: {heads: 2, feed_forward: 16}
      - gru: {units: 6, return_sequences: false}
      - dense: {units: 3}
    """,
  ]

  private func bench(_ text: String) throws -> (bench: Bench, input: [Float]) {
    let diagnostics = Diagnostics()
    let value = try YAMLParser.parse(text, name: "model.yaml")
    let model = ModelSpec(options: OptionReader(value, context: "model", diagnostics: diagnostics))
    #expect(diagnostics.isEmpty)
    let bench = try Bench(
      model, loss: CrossEntropy(), batch: 4, mode: .training(inputGradients: false))
    let stream = RandomStream(seed: 9, purpose: .noise)
    let count = bench.program.inputs[0].count
    return (bench, (0..<count).map { RandomStream.unit(stream.words(UInt32($0)).0) - 0.5 })
  }

  /// One step; `finished` is told of the backward pass.
  private func step(_ bench: Bench, _ input: [Float], _ finished: (Int) -> Void) {
    bench.program.inputs[0].copy(from: input)
    for index in 0..<4 { bench.program.target[index] = Float(index % 3) }
    let ids: [UInt32] = [0, 1, 2, 3]
    unsafe ids.withUnsafeBufferPointer { ids in
      guard let base = ids.baseAddress else { return }
      let context = unsafe StepContext(
        step: 0, sampleIDs: base, gradients: bench.gradients.view, dropoutKey: (5, 6))
      bench.program.forward(context)
      _ = bench.program.evaluateLoss()
      bench.program.backward(context, finished: finished)
    }
  }

  @Test(
    "gradients before the end told are final, their parameters of no more use", arguments: models)
  func prefixes(text: String) throws {
    let (bench, input) = try bench(text)
    var ends: [Int] = []
    step(bench, input) { ends.append($0) }
    let expected = bench.gradients.view.array.map(\.bitPattern)
    let count = bench.graph.layout.count
    #expect(ends.last == count && ends.filter { $0 == count }.count == 1)
    #expect(ends == ends.sorted() && Set(ends).count > 2)

    bench.gradients.view.fill(with: 0)
    var known = 0
    step(bench, input) { end in
      let found = bench.gradients.view[known..<end].array.map(\.bitPattern)
      #expect(found == Array(expected[known..<end]))
      // An early update may write whatever it wants over them.
      bench.parameters.view[known..<end].fill(with: .nan)
      known = end
    }
    #expect(bench.gradients.view.array.map(\.bitPattern) == expected)
  }
}
