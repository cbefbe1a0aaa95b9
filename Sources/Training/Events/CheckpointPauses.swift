/// For how long training stood still for the checkpoints of a launch.
///
/// Checkpoints are written in the background; training waits until the ranks' parameters are compared,
/// the optimizer's state is gathered and all is copied, and, where the disk is slow, until the checkpoint
/// before is complete. The wait for the last one, when training is over, does not count.
public struct CheckpointPauses: Sendable, Equatable {
  /// Checkpoints that training paused for.
  public private(set) var count = 0
  /// Seconds of all pauses.
  public private(set) var seconds = 0.0
  /// Seconds of the longest one.
  public private(set) var longest = 0.0
  /// Seconds of the launch so far, pauses and all.
  public var runSeconds = 0.0

  /// No pauses yet.
  public init() {}

  /// The pauses' share of the launch.
  public var share: Double { runSeconds > 0 ? seconds / runSeconds : 0 }

  /// Counts a pause.
  mutating func add(_ pause: Double) {
    count += 1
    seconds += pause
    longest = max(longest, pause)
  }
}
