import Checkpoints
import DurableFiles
import JSONText
import Tensors
import TestSupport
import Testing

/// Small checkpoints whose content follows from their step, in a folder of their own.
struct StoreFixture {
  let folder: TemporaryFolder
  let memory = StoreFixture.model(step: 0)
  let optimizer = StoreFixture.optimizer(step: 0)

  init() throws {
    folder = try TemporaryFolder(inMemory: true)
  }

  var directory: String { folder.file("checkpoints") }

  static func model(step: Int) -> TestTensors {
    let base = Float(step)
    return TestTensors([
      ("dense_1.weight", [3, 5], (0..<15).map { base + Float($0) / 3 }),
      ("dense_1.bias", [3], [base, -base, 0.5]),
    ])
  }

  static func optimizer(step: Int) -> TestTensors {
    let base = Float(step)
    return TestTensors([
      ("dense_1.weight.exp_avg", [3, 5], (0..<15).map { base * Float($0) }),
      ("dense_1.bias.exp_avg", [3], [1, base, 3]),
    ])
  }

  static func state(step: Int) -> JSONValue {
    ["seed": 7, "epoch": .integer(Int64(step / 100)), "best": .number(1 / Double(step + 1))]
  }

  /// Writes the checkpoint of a step; `value` is its validation loss.
  @discardableResult
  static func write(
    _ step: Int, value: Double? = nil, to store: CheckpointStore
  ) throws -> WrittenCheckpoint {
    let model = model(step: step)
    let optimizer = optimizer(step: step)
    defer { withExtendedLifetime((model, optimizer)) {} }
    return try store.write(
      Checkpoint(
        step: step, model: model.tensors, optimizer: optimizer.tensors, state: state(step: step),
        monitored: value.map { MonitoredMetric(name: "validation/loss", value: $0) }))
  }

  @discardableResult
  func write(
    _ step: Int, value: Double? = nil, to store: CheckpointStore
  ) throws -> WrittenCheckpoint {
    try Self.write(step, value: value, to: store)
  }

  func open(
    _ retention: Retention = Retention(), _ fileSystem: FileSystem = FileSystem()
  ) throws -> CheckpointStore {
    try .open(directory: directory, retention: retention, fileSystem: fileSystem)
  }

  /// The names in the folder of checkpoints.
  var names: [String] {
    get throws { try FileSystem().names(in: directory) }
  }

  /// Records an issue unless a checkpoint has exactly the content of its step.
  func expectContent(
    _ checkpoint: LoadedCheckpoint, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let step = checkpoint.step
    #expect(checkpoint.state == Self.state(step: step), sourceLocation: sourceLocation)
    try checkpoint.restore(model: memory.tensors, optimizer: optimizer.tensors)
    let expected = (Self.model(step: step), Self.optimizer(step: step))
    #expect(memory.values == expected.0.values, sourceLocation: sourceLocation)
    #expect(optimizer.values == expected.1.values, sourceLocation: sourceLocation)
  }

  /// The step of the latest valid checkpoint, after checking its content; nil where there is none.
  func latestStep(
    of store: CheckpointStore, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Int? {
    do {
      let checkpoint = try store.loadLatestValid().checkpoint
      try expectContent(checkpoint, sourceLocation: sourceLocation)
      return checkpoint.step
    } catch CheckpointError.noneValid {
      return nil
    }
  }
}
