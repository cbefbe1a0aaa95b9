internal import FlightRecords
package import MessagePassing

/// What a lane is doing; the watchdog names it.
package enum LanePhase: UInt32, Sendable, CaseIterable {
  /// Before its first step.
  case start
  /// Reading a batch.
  case data
  /// Computing predictions and loss.
  case forward
  /// Computing gradients.
  case backward
  /// Adding gradients and changing parameters.
  case update
  /// Measuring the model on held-out data.
  case evaluation
  /// Writing or reading a checkpoint.
  case checkpoint

  /// Under which name it is recorded.
  var operation: FlightOperation {
    switch self {
    case .start: .start
    case .data: .data
    case .forward: .forward
    case .backward: .backward
    case .update: .update
    case .evaluation: .evaluation
    case .checkpoint: .checkpoint
    }
  }
}

/// A lane as others last saw it.
package struct Peer: Sendable, Hashable {
  /// Its rank.
  package let rank: Int
  /// Its process.
  package let processIdentifier: Int
  /// The step that it was in.
  package let step: UInt64
  /// What it was doing there.
  package let phase: LanePhase
}

/// Why the ranks of a job could not go on together.
package enum DataParallelismError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A rank's process ended while others waited for it.
  case died(Peer, waiting: [Int])
  /// A rank did not come within the time limit.
  case stalled(Peer, waiting: [Int], seconds: Int)
  /// A rank gave no sign of life within the time limit.
  case silent(Silence)
  /// Another lane failed first, on the rank given.
  case abandoned(rank: Int)
  /// Messages failed.
  case messagePassing(MPIError)
  /// There are not enough shards to give each rank one.
  case fewerShardsThanRanks(shards: Int, ranks: Int)
  /// Ranks were set up differently.
  case disagreement(rank: Int, what: String, found: Int, expected: Int)
  /// A shared window was asked for, but not all ranks share a node.
  case severalNodes(Int)
  /// A worker thread could not be started.
  case thread(code: Int32)

  /// The rank that caused it, where that is one and need not be this one.
  package var culprit: Int? {
    switch self {
    case .died(let peer, _), .stalled(let peer, _, _): peer.rank
    case .silent(let silence): silence.rank
    case .abandoned(let rank): rank
    case .messagePassing, .fewerShardsThanRanks, .disagreement, .severalNodes, .thread: nil
    }
  }

  /// Whether this only follows from another rank's or lane's error, which will be reported by it.
  package var isConsequence: Bool {
    if case .abandoned = self { true } else { false }
  }

  /// What happened, in words.
  package var description: String {
    switch self {
    case .died(let peer, let waiting):
      "rank \(peer.rank) (pid \(peer.processIdentifier)) died at step \(peer.step) while in "
        + "\(peer.phase); \(rankList(waiting)) waited for it"
        + "\n  hint: its own messages are above; if there are none, see whether the kernel ended "
        + "it for lack of memory (`dmesg`)"
    case .stalled(let peer, let waiting, let seconds):
      "rank \(peer.rank) (pid \(peer.processIdentifier)) has not come for \(seconds) s at step "
        + "\(peer.step) while in \(peer.phase); \(rankList(waiting)) waited for it"
    case .silent(let silence):
      silence.description
        + "\n  hint: a longer time is set by `distributed.stall_abort`, 0 is none"
    case .abandoned(let rank):
      "stopped because rank \(rank) failed"
    case .messagePassing(let error):
      error.description
    case .fewerShardsThanRanks(let shards, let ranks):
      "\(shards) shards cannot be dealt to \(ranks) ranks, each needs at least one"
        + "\n  hint: start at most \(shards) ranks, or set `train.shards` to \(ranks) or more"
        + " (more shards are another computation, with other last bits)"
    case .disagreement(let rank, let what, let found, let expected):
      "rank \(rank) has \(found) \(what), rank 0 has \(expected)"
        + "\n  hint: all ranks must run the same program with the same configuration"
    case .severalNodes(let count):
      "`distributed.reducer: window` needs all ranks on one node, they run on \(count)"
        + "\n  hint: leave it out, or set it to `message`"
    case .thread(let code):
      "a worker thread could not be started (error \(code))"
        + "\n  hint: set fewer `train.workers`, or raise the limit of processes (`ulimit -u`)"
    }
  }
}
