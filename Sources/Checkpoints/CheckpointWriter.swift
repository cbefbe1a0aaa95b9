// Training must not wait for the disk. At a border between steps it copies what a checkpoint is made
// of, which takes as long as the memory needs, and a thread of its own writes the copy with all the
// waiting for the disk that CheckpointStore's protocol asks for.

/// A checkpoint that a ``CheckpointWriter`` has completed.
package struct CompletedWrite: Sendable, Equatable {
  /// The number of optimizer steps done.
  package let step: Int
  /// Where it is, and what could not be tidied up.
  package let checkpoint: WrittenCheckpoint
  /// Seconds that writing took, in the background.
  package let seconds: Double
}

/// Writes checkpoints in the background from copies of their tensors, one at a time.
///
/// The copy takes as much memory as parameters and optimizer state together, in the one process that
/// writes. All checkpoints use the same memory, which is why a write has to be complete before the next
/// one begins.
///
/// Used by one thread; while a write is going on, nobody else in this process writes to the store.
package final class CheckpointWriter {
  private let openStore: () throws -> CheckpointStore
  private var openedStore: CheckpointStore?
  private let prepare: @Sendable () throws -> Void
  private var copies: BackgroundTask<Copies>?
  private var write: BackgroundTask<CompletedWrite>?

  /// The memory that is written to the disk.
  private struct Copies: Sendable {
    let model: TensorSnapshot
    let optimizer: TensorSnapshot

    /// Copies a checkpoint's tensors.
    func copy(_ checkpoint: Checkpoint) -> Checkpoint {
      model.copy(from: checkpoint.model)
      optimizer.copy(from: checkpoint.optimizer)
      return Checkpoint(
        step: checkpoint.step, model: model.tensors, optimizer: optimizer.tensors,
        state: checkpoint.state, monitored: checkpoint.monitored)
    }
  }

  /// Prepares to write.
  ///
  /// - Parameters:
  ///   - store: Where the checkpoints go.
  ///   - prepare: Called in the background before each write: brings to the disk whatever must not be
  ///     behind the checkpoint.
  package convenience init(
    _ store: CheckpointStore, beforeEach prepare: @escaping @Sendable () throws -> Void = {}
  ) {
    self.init(opening: { store }, beforeEach: prepare)
  }

  /// Prepares to write to a store that is opened when there is something to write, for runs that mostly write nothing.
  ///
  /// - Parameters:
  ///   - openStore: Opens the store; called at most once.
  ///   - prepare: Called in the background before each write.
  package init(
    opening openStore: @escaping () throws -> CheckpointStore,
    beforeEach prepare: @escaping @Sendable () throws -> Void = {}
  ) {
    self.openStore = openStore
    self.prepare = prepare
  }

  /// Where the checkpoints go.
  ///
  /// - Throws: What opening it throws, the first time.
  package func store() throws -> CheckpointStore {
    if let openedStore { return openedStore }
    let store = try openStore()
    openedStore = store
    return store
  }

  /// Begins to take the memory for copies of such tensors, in the background.
  ///
  /// The first touch of memory takes several times as long as a copy. Without this call the first
  /// checkpoint waits for it.
  ///
  /// - Parameters:
  ///   - model: Tensors of the shapes of each checkpoint's model; their numbers are not read.
  ///   - optimizer: The same for the optimizer's state.
  /// - Throws: ``CheckpointError/file(_:)`` where there is no thread to be had.
  package func reserveMemory(model: [NamedTensor], optimizer: [NamedTensor]) throws {
    copies = try takeMemory(model, optimizer)
  }

  private func takeMemory(
    _ model: [NamedTensor], _ optimizer: [NamedTensor]
  ) throws -> BackgroundTask<Copies> {
    try start("copy checkpoints for") {
      Copies(model: TensorSnapshot(like: model), optimizer: TensorSnapshot(like: optimizer))
    }
  }

  /// Copies a checkpoint's tensors and begins to write the copy; the tensors may change once this
  /// returns.
  ///
  /// - Precondition: the write before has been waited for, or has been told of as complete; all
  ///   checkpoints have tensors of the same shapes.
  /// - Throws: ``CheckpointError/file(_:)`` where there is no thread to be had.
  package func begin(_ checkpoint: Checkpoint) throws {
    precondition(write == nil, "a checkpoint was begun while another is being written")
    let memory = try copies ?? takeMemory(checkpoint.model, checkpoint.optimizer)
    self.copies = memory
    let copies = try memory.wait()
    let copy = copies.copy(checkpoint)
    write = try start("write checkpoints to") { [store = try store(), prepare] in
      // The memory must live as long as the thread.
      defer { withExtendedLifetime(copies) {} }
      let start = ContinuousClock.now
      try prepare()
      let written = try store.write(copy)
      return CompletedWrite(
        step: copy.step, checkpoint: written,
        seconds: (ContinuousClock.now - start) / .seconds(1))
    }
  }

  private func start<Value: Sendable>(
    _ purpose: String, _ body: @escaping @Sendable () throws -> Value
  ) throws -> BackgroundTask<Value> {
    let directory = try store().directory
    do {
      return try BackgroundTask(to: purpose, directory, body)
    } catch {
      throw CheckpointError.file(error)
    }
  }

  /// The write that was begun last, if it has ended and was not told of yet; does not wait.
  ///
  /// - Returns: What was written; nil while the write goes on, and where there is none.
  /// - Throws: What stopped the write: ``CheckpointError``, or what the preparation threw. Earlier
  ///   checkpoints are untouched.
  package func completed() throws -> CompletedWrite? {
    guard let write, write.hasEnded else { return nil }
    return try wait()
  }

  /// Waits for the write that was begun last.
  ///
  /// - Returns: What was written; nil where that was told of already, and where there is none.
  /// - Throws: As ``completed()``.
  package func wait() throws -> CompletedWrite? {
    guard let write else { return nil }
    self.write = nil
    return try write.wait()
  }
}
