import Foundation
import TestSupport
import Testing

/// A training whose bits every layout of ranks must reproduce.
struct MatrixNetwork: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let layers: String
  let optimizer: String
  var precision = "float32"
  var clip = ""

  /// Eight shards, so that up to 8 ranks take part; the last batch of an epoch is ragged.
  var configuration: String {
    """
    seed: 3
    data:
      source: csv
      train: \(RepositoryFiles.path("configs/data/digits.csv.gz"))
      target: digit
      task: classification
      test: {fraction: 0.2}
      normalize: min_max
    model:
      layers:
    \(layers)
    loss: cross_entropy
    optimizer: \(optimizer)
    train: {steps: 50, global_batch: 56, shards: 8, workers: 1, precision: \(precision)\(clip)}
    """
  }

  private static let mlp = """
        - dense: {units: 300, activation: relu}
        - dropout: {rate: 0.2}
        - dense: {units: 200, activation: relu}
        - dense: {units: 10}
    """
  private static let cnn = """
        - reshape: {shape: [8, 8, 1]}
        - conv2d: {filters: 16, kernel: 3, padding: same, bias: false}
        - batch_norm
        - relu
        - max_pool2d: {size: 2}
        - conv2d: {filters: 32, kernel: 3, padding: same, activation: relu}
        - batch_norm
        - flatten
        - dense: {units: 64, activation: relu}
        - dense: {units: 10}
    """

  static let all = [
    MatrixNetwork(
      testDescription: "MLP with Adam", layers: mlp, optimizer: "{adam: {learning_rate: 3e-3}}"),
    MatrixNetwork(
      testDescription: "CNN with batch norm and SGD, clipped", layers: cnn,
      optimizer: "{sgd: {learning_rate: 0.05, momentum: 0.9}}", clip: ", clip: {norm: 1.0}"),
    MatrixNetwork(
      testDescription: "CNN with batch norm and Adam in bfloat16", layers: cnn,
      optimizer: "{adam: {learning_rate: 3e-3}}", precision: "bfloat16"),
    MatrixNetwork(
      testDescription: "MLP with SGD in bfloat16", layers: mlp,
      optimizer: "{sgd: {learning_rate: 0.05}}", precision: "bfloat16"),
  ]
}

extension EndToEnd {
  @Suite("The data plane: one hash on any ranks, exchange and overlap", .serialized, .needsLauncher)
  struct DataPlaneTests {
    /// Machines without the instructions for bfloat16 compute the same, slowly.
    private static let anyMachine = ["--allow-emulation"]

    private func training(
      _ network: MatrixNetwork, _ changes: [String], in folder: TemporaryFolder
    ) throws -> TrainingFolder {
      let path = folder.file("network.yaml")
      try network.configuration.write(toFile: path, atomically: true, encoding: .utf8)
      return try TrainingFolder(path, changes)
    }

    private func hash(
      _ network: MatrixNetwork, ranks: Int?, _ changes: [String] = []
    ) throws -> String {
      let folder = try TemporaryFolder()
      return try training(network, changes, in: folder).train(ranks: ranks, Self.anyMachine)
        .weights()
    }

    /// The hash of a training on hosts of so many ranks.
    private func hash(
      _ network: MatrixNetwork, hosts: String, _ changes: [String] = []
    ) throws -> String {
      let folder = try TemporaryFolder()
      let training = try training(network, changes, in: folder)
      let script = [RepositoryFiles.path("launch/test-hosts"), "--hosts", hosts]
      return try Job(commandLine: script + training.arguments(Self.anyMachine)).wait().weights()
    }

    @Test(
      "2 hosts of 2 ranks and 3 hosts of 1, 2 and 3, a window on each and messages between them",
      .needsNamespaces, arguments: MatrixNetwork.all)
    func hosts(network: MatrixNetwork) throws {
      let reference = try hash(network, ranks: nil)
      for hosts in ["2 2", "1 2 3"] {
        #expect(try hash(network, hosts: hosts) == reference, "hosts \(hosts)")
      }
      let unsharded = ["distributed.shard_optimizer=false", "distributed.overlap=thread"]
      #expect(try hash(network, hosts: "2 1", unsharded) == reference, "not sharded")
      let wire = ["distributed.wire=bfloat16"]
      #expect(try hash(network, hosts: "2 1", wire) == hash(network, ranks: nil, wire), "wire")
    }

    @Test("1, 2, 3, 4, 5, 6 and 8 ranks, window and messages", arguments: MatrixNetwork.all)
    func ranks(network: MatrixNetwork) throws {
      let reference = try hash(network, ranks: nil)
      // Precisions differ within a shard alone.
      let counts = network.precision == "float32" ? [1, 2, 3, 4, 5, 6, 8] : [2, 3, 5, 8]
      for ranks in counts {
        for reducer in ["window", "message"]
        where ranks < 5 || (reducer == "window") == (ranks == 5) {
          let found = try hash(network, ranks: ranks, ["distributed.reducer=\(reducer)"])
          #expect(found == reference, "\(ranks) ranks, \(reducer)")
        }
      }
    }

    @Test(
      "the optimizer sharded or not, messages during the backward pass or after it",
      arguments: MatrixNetwork.all.prefix(2))
    func ways(network: MatrixNetwork) throws {
      let reference = try hash(network, ranks: nil)
      for overlap in ["none", "poll", "thread"] {
        for isSharded in ["true", "false"] {
          let changes = [
            "distributed.reducer=message", "distributed.overlap=\(overlap)",
            "distributed.shard_optimizer=\(isSharded)",
          ]
          let found = try hash(network, ranks: 3, changes)
          #expect(found == reference, "overlap \(overlap), sharded \(isSharded)")
        }
      }
    }

    @Test("gradients in bfloat16 are another result, the same for any ranks")
    func wire() throws {
      let network = MatrixNetwork.all[1]
      let wire = "distributed.wire=bfloat16"
      let reference = try hash(network, ranks: nil, [wire])
      #expect(reference != (try hash(network, ranks: nil)))
      for (ranks, reducer) in [(2, "window"), (2, "message"), (3, "message"), (5, "window")] {
        let found = try hash(network, ranks: ranks, [wire, "distributed.reducer=\(reducer)"])
        #expect(found == reference, "\(ranks) ranks, \(reducer)")
      }
    }

    @Test("a checkpoint with another wire is not gone on with, and mpi cannot round")
    func wireMismatch() throws {
      let training = try TrainingFolder("configs/digits-mlp.yaml", ["train.epochs=1"])
      _ = try training.train().weights()
      let more = [try training.resume(), "--set", "train.epochs=2"]
      let resumed = try training.train(ranks: nil, more + ["--set", "distributed.wire=bfloat16"])
      resumed.expectFailure(2, saying: ["distributed.wire"])
      let both = ["--set", "distributed.wire=bfloat16", "--set", "distributed.reducer=mpi"]
      try training.train(ranks: nil, both).expectFailure(2, saying: ["`reducer: mpi`"])
    }

    @Test("MPI_Allreduce trains, and the banner says what its bits depend on")
    func allReduce() throws {
      let training = try TrainingFolder(
        "configs/digits-mlp.yaml", ["train.epochs=3", "distributed.reducer=mpi"])
      let result = try training.train(ranks: 3)
      _ = try result.weights()
      #expect(result.output.contains("MPI_Allreduce (the last bits depend"), "\(result.text)")
      #expect(try training.train(ranks: 3).weights() == result.weights())
    }
  }
}
