import Foundation
import TestSupport
import Testing

/// A way to deal a run's shards to ranks and threads.
struct Layout: Sendable, CustomTestStringConvertible {
  var ranks: Int?
  var workers = 1
  var reducer = "auto"

  var changes: [String] { ["train.workers=\(workers)", "distributed.reducer=\(reducer)"] }
  var testDescription: String {
    "\(ranks.map { "mpirun -n \($0)" } ?? "alone"), \(workers) workers, reducer \(reducer)"
  }

  static let all = [
    Layout(workers: 2), Layout(workers: 4), Layout(ranks: 1), Layout(ranks: 2), Layout(ranks: 3),
    Layout(ranks: 4), Layout(ranks: 2, workers: 2), Layout(ranks: 2, reducer: "message"),
    Layout(ranks: 3, reducer: "message"),
  ]
}

extension EndToEnd {
  @Suite("Ranks, threads and reducers never change a bit", .serialized, .needsLauncher)
  struct SameBitsTests {
    private struct Outcome: Equatable {
      let weights: String
      let evaluations: [[String]]
    }

    private static func outcome(
      _ configuration: String, _ layout: Layout, _ changes: [String]
    ) throws -> Outcome {
      let training = try TrainingFolder(configuration, changes + layout.changes)
      let weights = try training.train(ranks: layout.ranks).weights()
      return Outcome(weights: weights, evaluations: try training.evaluations())
    }

    @Test("digits-mlp: hash, validation and test are the same everywhere")
    func digits() throws {
      let changes = ["train.epochs=3"]
      let reference = try Self.outcome("configs/digits-mlp.yaml", Layout(), changes)
      #expect(reference.evaluations.count == 4)
      for layout in Layout.all {
        let outcome = try Self.outcome("configs/digits-mlp.yaml", layout, changes)
        #expect(outcome == reference, "\(layout.testDescription)")
      }
    }

    @Test("digits-mlp with a validation amid epochs and a ragged last batch")
    func raggedDigits() throws {
      let changes = [
        "train.steps=50", "train.epochs=null", "train.global_batch=50", "train.shards=7",
        "train.validate_every_steps=15",
      ]
      let reference = try Self.outcome("configs/digits-mlp.yaml", Layout(), changes)
      for layout in [Layout(ranks: 3, workers: 2), Layout(ranks: 2), Layout(workers: 3)] {
        let outcome = try Self.outcome("configs/digits-mlp.yaml", layout, changes)
        #expect(outcome == reference, "\(layout.testDescription)")
      }
    }

    @Test("digits with lamb or lars, groups, penalties and clipping, monitored")
    func layerwise() throws {
      let folder = try TemporaryFolder()
      let configuration = folder.file("layerwise.yaml")
      for optimizer in ["{lamb: {learning_rate: 0.01}}", "{lars: {learning_rate: 2}}"] {
        try """
        extends: \(RepositoryFiles.path("configs/digits-mlp.yaml"))
        optimizer: {adam: null}
        parameter_groups:
          - {match: dense_1.bias, frozen: true}
          - {match: "*.bias", weight_decay: 0.01}
          - {match: "dense_2.*", learning_rate_factor: 0.5, l1: 1e-4}
        regularization: {l2: 1e-4}
        train: {epochs: null, steps: 60, clip: {norm: 1.0}, monitor: {every_steps: 20}}
        """.write(toFile: configuration, atomically: true, encoding: .utf8)
        let changes = ["optimizer=\(optimizer)"]
        let reference = try Self.outcome(configuration, Layout(), changes)
        #expect(reference.evaluations.contains { $0.contains { $0.hasPrefix("gradient_norm/") } })
        for layout in [
          Layout(workers: 3), Layout(ranks: 2), Layout(ranks: 3), Layout(ranks: 2, workers: 2),
          Layout(ranks: 2, reducer: "message"), Layout(ranks: 3, reducer: "message"),
        ] {
          let outcome = try Self.outcome(configuration, layout, changes)
          #expect(outcome == reference, "\(optimizer), \(layout.testDescription)")
        }
      }
    }

    @Test("fashion-mnist-mlp with dropout: one hash everywhere", .needsFashionMNIST)
    func fashion() throws {
      let folder = try TemporaryFolder()
      let configuration = folder.file("dropout.yaml")
      try """
      extends: \(RepositoryFiles.path("configs/fashion-mnist-mlp.yaml"))
      model:
        layers:
          - flatten
          - dense: {units: 512, activation: relu}
          - dropout: {rate: 0.2}
          - dense: {units: 256, activation: relu}
          - dense: {units: 10}
      train: {epochs: 1, shards: 4}
      """.write(toFile: configuration, atomically: true, encoding: .utf8)
      let reference = try Self.outcome(configuration, Layout(), [])
      for layout in Layout.all {
        let outcome = try Self.outcome(configuration, layout, [])
        #expect(outcome == reference, "\(layout.testDescription)")
      }
    }

    @Test("another seed, and another number of shards, give other bits")
    func otherBits() throws {
      let path = "configs/digits-mlp.yaml"
      let reference = try Self.outcome(path, Layout(), ["train.epochs=1"]).weights
      let seed = try Self.outcome(path, Layout(), ["train.epochs=1", "seed=2"]).weights
      let shards = try Self.outcome(path, Layout(), ["train.epochs=1", "train.shards=8"]).weights
      #expect(Set([reference, seed, shards]).count == 3)
    }
  }
}
