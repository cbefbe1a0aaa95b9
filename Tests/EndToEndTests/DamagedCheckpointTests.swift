import Foundation
import TestSupport
import Testing

/// A way to damage a checkpoint's file.
enum Damage: String, CaseIterable, Sendable {
  case flippedByte, truncated, missing

  func apply(to path: String) throws {
    var data = try Data(contentsOf: URL(fileURLWithPath: path))
    switch self {
    case .flippedByte: data[data.count / 2] ^= 1
    case .truncated: data.removeLast(7)
    case .missing:
      try FileManager.default.removeItem(atPath: path)
      return
    }
    try data.write(to: URL(fileURLWithPath: path))
  }

  /// What is said about the damaged file.
  func reason(_ file: String) -> String {
    switch self {
    case .flippedByte: "the content of \(file) does not match its manifest"
    case .truncated: "\(file) is 7 bytes shorter than its manifest says"
    case .missing: "\(file) is missing"
    }
  }
}

extension EndToEnd {
  @Suite("Damaged and foreign checkpoints", .serialized)
  struct DamagedCheckpointTests {
    private static let changes = [
      "train.epochs=2", "train.checkpoint.every_steps=20", "train.checkpoint.keep_last=3",
    ]

    private func trained() throws -> (TrainingFolder, weights: String, steps: [Int]) {
      let training = try TrainingFolder("configs/digits-mlp.yaml", Self.changes)
      let weights = try training.train().weights()
      return (training, weights, training.checkpointSteps)
    }

    @Test(
      "a damaged last checkpoint is named and passed over",
      arguments: Damage.allCases, ["model.safetensors", "optimizer.safetensors", "state.json"])
    func lastDamaged(damage: Damage, file: String) throws {
      let (training, weights, steps) = try trained()
      let last = try #require(steps.last)
      try damage.apply(to: training.checkpoint(last, file))
      let resumed = try training.train([try training.resume()])
      #expect(
        resumed.errors.contains("warning: skipped checkpoint \(TrainingFolder.name(last)): "),
        "\(resumed.text)")
      #expect(resumed.errors.contains(damage.reason(file)), "\(resumed.text)")
      #expect(resumed.output.contains("resumed after step \(steps[steps.count - 2])"))
      #expect(try resumed.weights() == weights)
    }

    @Test("where all are damaged, all are named with their reasons", .needsLauncher)
    func allDamaged() throws {
      let (training, _, steps) = try trained()
      for step in steps {
        try Damage.flippedByte.apply(to: training.checkpoint(step, "model.safetensors"))
      }
      for ranks in [nil, 2] {
        let result = try training.train(ranks: ranks, [try training.resume()])
        result.expectFailure(
          1,
          saying: ["no valid checkpoint in"]
            + steps.map { "\(TrainingFolder.name($0)): the content of model.safetensors" })
      }
    }

    @Test(
      "what differs from the checkpoint is named",
      arguments: [
        ("train.global_batch=16", "train.global_batch 32, the configuration says 16"),
        ("train.shards=2", "train.shards 4, the configuration says 2"),
        ("seed=9", "seed 1, the configuration says 9"),
        ("optimizer={sgd: {learning_rate: 0.1}}", "optimizer adam, the configuration says sgd"),
        ("data.normalize=standardize", "rescaled otherwise"),
        ("data.validation.fraction=0.2", "training samples of 1294, the configuration says"),
      ])
    func otherConfiguration(change: String, message: String) throws {
      let (training, _, _) = try trained()
      let result = try training.train([try training.resume(), "--set", change])
      result.expectFailure(2, saying: [message, "hint: "])
    }

    @Test("a checkpoint of another model: both shapes are shown", .needsLauncher)
    func otherModel() throws {
      let (training, _, _) = try trained()
      let folder = try TemporaryFolder()
      let path = folder.file("wide.yaml")
      try """
      extends: \(RepositoryFiles.path("configs/digits-mlp.yaml"))
      model: {layers: [{dense: {units: 48, activation: relu}}, {dense: {units: 10}}]}
      """.write(toFile: path, atomically: true, encoding: .utf8)
      for ranks in [nil, 3] {
        let result = try run(
          ["train", "-c", path, "--out", folder.path, try training.resume()], ranks: ranks)
        #expect(result.exitCode == 1, "\(result.text)")
        for piece in ["of another model", "dense_1.weight", "[64, 64]", "[48, 64]"] {
          #expect(result.errors.contains(piece), "\(result.text)")
        }
      }
    }

    @Test("more ranks than shards", .needsLauncher)
    func tooManyRanks() throws {
      let result = try run(
        ["train", "-c", "configs/digits-softmax.yaml", "--out", "/dev/null"], ranks: 3)
      result.expectFailure(2, saying: ["2 shards cannot be dealt to 3 ranks", "hint: "])
    }
  }
}
