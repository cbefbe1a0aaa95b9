import Foundation
import Networks
import TestSupport
import Testing

/// A network on the digits, of layers that go together.
private struct LayerFamily: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let layers: String
  var normalize = "min_max"

  static let all = [
    LayerFamily(
      testDescription: "convolutions, pooling and batch norm",
      layers: """
        - reshape: {shape: [8, 8, 1]}
        - conv2d: {filters: 16, kernel: 3, padding: same, activation: relu}
        - max_pool2d: {size: 2}
        - residual:
            layers:
              - conv2d: {filters: 16, kernel: 3, padding: same, bias: false}
              - batch_norm
              - relu
              - conv2d: {filters: 16, kernel: 3, padding: 1, groups: 4, bias: false}
              - batch_norm
            activation: relu
        - conv2d: {filters: 24, kernel: 2, name: tiles, activation: gelu}
        - average_pool2d: {size: 2, stride: 1, name: means}
        - global_average_pool2d: {from: tiles}
        - global_max_pool2d: {from: means, name: largest}
        - concatenate: {from: [global_average_pool2d_1, largest]}
        - batch_norm
        - dropout: {rate: 0.1}
        - dense: {units: 10}
        """),
    LayerFamily(
      testDescription: "sequences",
      layers: """
        - reshape: {shape: [8, 8]}
        - conv1d: {filters: 12, kernel: 3, padding: causal, activation: relu}
        - rnn: {units: 8}
        - gru: {units: 6, bidirectional: true}
        - lstm: {units: 10, layers: 2, return_sequences: false}
        - dense: {units: 10}
        """),
    LayerFamily(
      testDescription: "attention",
      layers: """
        - reshape: {shape: [8, 8]}
        - dense: {units: 16, name: tokens}
        - position_embedding: {length: 8}
        - transformer_block: {heads: 2, feed_forward: 32, dropout: 0.1, name: block}
        - multi_head_attention: {heads: 4, causal: true, from: [block, tokens]}
        - layer_norm
        - flatten
        - dense: {units: 10}
        """),
    LayerFamily(
      testDescription: "embeddings of pixels",
      layers: """
        - embedding: {vocabulary: 17, dimensions: 4}
        - position_embedding: {length: 64}
        - dense: {units: 4, activation: relu}
        - flatten
        - dense: {units: 10}
        """, normalize: "none"),
    LayerFamily(
      testDescription: "activations and wiring",
      layers: """
        - repeat: {times: 2, layers: [{dense: {units: 24, activation: tanh}}]}
        - linear
        - relu
        - leaky_relu
        - elu
        - selu
        - dense: {units: 24, name: left}
        - sigmoid
        - softplus
        - swish
        - mish
        - gelu
        - gelu_tanh
        - hard_sigmoid
        - arctan
        - exponential: {name: right}
        - prelu: {per_channel: true, from: left, name: middle}
        - multiply: {from: [middle, right]}
        - add: {from: [previous, middle, left]}
        - tanh: {name: end}
        - binary_step: {from: left, name: steps}
        - softmax: {from: end, name: shares}
        - concatenate: {from: [steps, shares, end]}
        - dense: {units: 10}
        """),
  ]

  /// Every name of a layer in the families' lists.
  static var kinds: Set<String> {
    Set(
      all.flatMap { $0.layers.split { !$0.isLetter && !$0.isNumber && $0 != "_" } }.map(
        String.init))
  }

  /// Writes the network's configuration.
  func write(in folder: TemporaryFolder) throws -> String {
    let path = folder.file("matrix.yaml")
    let list = layers.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
    try """
    name: matrix
    seed: 5
    data:
      source: csv
      train: \(RepositoryFiles.path("configs/data/digits.csv.gz"))
      target: digit
      task: classification
      test: {fraction: 0.2}
      normalize: \(normalize)
    model:
      layers:
    \(list)
    loss: cross_entropy
    optimizer: {adam: {learning_rate: 1e-3}}
    train: {steps: 52, global_batch: 30, shards: 4}
    """.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }
}

extension EndToEnd {
  @Suite("Every layer gives the same bits on any ranks and threads", .needsLauncher)
  struct LayerMatrixTests {
    private static let layouts = [
      Layout(ranks: 1, workers: 4), Layout(ranks: 2), Layout(ranks: 3, reducer: "message"),
      Layout(ranks: 4),
    ]

    @Test("all layers that there are stand in the matrix")
    func completeness() {
      let missing = Set(LayerRegistry.kinds).subtracting(LayerFamily.kinds)
      #expect(missing.isEmpty)
    }

    @Test("one hash", arguments: LayerFamily.all, ["float32", "bfloat16"])
    private func matrix(family: LayerFamily, precision: String) throws {
      let folder = try TemporaryFolder()
      let path = try family.write(in: folder)
      func outcome(_ layout: Layout) throws -> [String] {
        let training = try TrainingFolder(path, ["train.precision=\(precision)"] + layout.changes)
        let weights = try training.train(ranks: layout.ranks, ["--allow-emulation"]).weights()
        return try [weights] + training.evaluations().flatMap { $0 }
      }
      let reference = try outcome(Layout())
      for layout in Self.layouts {
        #expect(try outcome(layout) == reference, "\(layout.testDescription)")
      }
    }
  }
}
