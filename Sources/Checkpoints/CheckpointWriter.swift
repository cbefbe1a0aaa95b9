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
/// writes. It is allocated for the first checkpoint and used again for all others, which is why a write
/// has to be complete before the next one begins.
///
/// Used by one thread; while a write is going on, nobody else in this process writes to the store.
package final class CheckpointWriter {
  /// Where the checkpoints go.
  package let store: CheckpointStore
  private let prepare: @Sendable () throws -> Void
  private var copies: (model: TensorSnapshot, optimizer: TensorSnapshot)?
  private var write: BackgroundWrite?

  /// Prepares to write; no memory is taken yet.
  ///
  /// - Parameters:
  ///   - store: Where the checkpoints go.
  ///   - prepare: Called in the background before each write: brings to the disk whatever must not be
  ///     behind the checkpoint.
  package init(
    _ store: CheckpointStore, beforeEach prepare: @escaping @Sendable () throws -> Void = {}
  ) {
    self.store = store
    self.prepare = prepare
  }

  /// Copies a checkpoint's tensors and begins to write the copy; the tensors may change once this
  /// returns.
  ///
  /// - Precondition: the write before has been waited for, or has been told of as complete; all
  ///   checkpoints have tensors of the same shapes.
  /// - Throws: ``CheckpointError/file(_:)`` where there is no thread to be had.
  package func begin(_ checkpoint: Checkpoint) throws(CheckpointError) {
    precondition(write == nil, "a checkpoint was begun while another is being written")
    let copies =
      self.copies
      ?? (
        TensorSnapshot(like: checkpoint.model), TensorSnapshot(like: checkpoint.optimizer)
      )
    self.copies = copies
    copies.model.copy(from: checkpoint.model)
    copies.optimizer.copy(from: checkpoint.optimizer)
    let copy = Checkpoint(
      step: checkpoint.step, model: copies.model.tensors, optimizer: copies.optimizer.tensors,
      state: checkpoint.state, monitored: checkpoint.monitored)
    do {
      write = try BackgroundWrite(into: store.directory) { [store, prepare, copies] in
        // The copies' memory must live as long as the thread.
        defer { withExtendedLifetime(copies) {} }
        let start = ContinuousClock.now
        try prepare()
        let written = try store.write(copy)
        return CompletedWrite(
          step: copy.step, checkpoint: written,
          seconds: (ContinuousClock.now - start) / .seconds(1))
      }
    } catch {
      throw .file(error)
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
