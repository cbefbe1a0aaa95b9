import MessagePassing
import Tensors
import Testing

@testable import DataParallelism

/// How the ranks of a test are joined.
enum Joining: Sendable, Hashable, CustomStringConvertible {
  case kind(ExchangeKind)
  /// Groups of so many ranks, each with a window, and messages between them.
  case groups([Int])

  var description: String {
    switch self {
    case .kind(let kind): kind.rawValue
    case .groups(let sizes): "groups of " + sizes.map(String.init).joined(separator: ", ")
    }
  }

  func makeExchange(
    _ settings: ExchangeSettings, world: World
  ) throws -> any GradientExchange {
    switch self {
    case .kind(let kind): try kind.makeExchange(settings, world: world)
    case .groups(let sizes):
      try MessageExchange(settings, world: world, grouping: .sizes(sizes))
    }
  }

  /// All with the bits of the one tree, for a number of ranks: even and uneven groups too.
  static func all(ranks: Int) -> [Joining] {
    let groups: [[Int]] =
      switch ranks {
      case 2: [[2]]
      case 3: [[1, 2], [2, 1]]
      case 4: [[2, 2], [1, 3], [2, 1, 1]]
      case 5: [[2, 3], [1, 3, 1], [4, 1]]
      default: []
      }
    return [.kind(.window), .kind(.message)] + groups.map(Joining.groups)
  }

  static var all: [Joining] { all(ranks: TestWorld.shared.size) }
}

/// One way of running a training.
struct ExchangeCase: Sendable, CustomTestStringConvertible {
  let training: FakeTraining
  let joining: Joining
  let mode: SlotMode
  let workers: Int
  var overlap = OverlapMode.none
  var isSharded = true
  var isEarly = false
  var wire = ElementType.float32

  var testDescription: String {
    "\(training.count) floats, \(training.shards) shards, \(workers) workers, \(joining), \(mode)"
      + ", overlap \(overlap)" + (isEarly ? ", early" : "") + (isSharded ? "" : ", not sharded")
      + (wire == .float32 ? "" : ", wire \(wire)")
      + (training.clips ? ", clipped" : "")
  }

  /// All ways for the world at hand, the costly ones for fewer shards.
  static let all: [ExchangeCase] = {
    var cases: [ExchangeCase] = []
    let ranks = TestWorld.shared.size
    let sizes = [
      (16, Array(1...9)), (4096, Array(1...9)), (100_000, [5, 8]), ((1 << 20) + 16, [5]),
    ]
    for (count, shards) in sizes {
      for shards in shards where shards >= ranks {
        for clips in [false, true] {
          let training = FakeTraining(
            count: count, shards: shards, clips: clips, steps: count > 1 << 20 ? 2 : 3)
          for joining in Joining.all(ranks: ranks) {
            // Groups differ from single ranks in who adds and sends, not in the tree.
            if case .groups = joining {
              guard count == 16 || count == 100_000, shards == 8 || shards == max(5, ranks) else {
                continue
              }
            }
            for mode in SlotMode.allCases {
              for workers in [1, 2] {
                cases.append(
                  ExchangeCase(
                    training: training, joining: joining, mode: mode, workers: workers))
              }
            }
          }
        }
      }
    }
    return cases + overlapping + rounding
  }()

  /// Gradients that travel in bfloat16.
  private static var rounding: [ExchangeCase] {
    Joining.all(ranks: TestWorld.shared.size).flatMap { joining in
      [(1, SlotMode.lazy, true), (2, .eager, true), (1, .eager, false)].map {
        workers, mode, isSharded in
        ExchangeCase(
          training: FakeTraining(count: 60_000, shards: 7, clips: false, rounds: true),
          joining: joining, mode: mode, workers: workers, overlap: .thread, isSharded: isSharded,
          isEarly: true, wire: .bfloat16)
      }
    }
  }

  /// Messages that travel during the backward pass, in several segments, with updates that begin then.
  private static var overlapping: [ExchangeCase] {
    let ranks = TestWorld.shared.size
    var cases: [ExchangeCase] = []
    for joining in Joining.all(ranks: ranks) where joining != .kind(.window) {
      for overlap in OverlapMode.allCases {
        for isSharded in [true, false] {
          for (clips, workers) in [(false, 1), (false, 2), (true, 1)] {
            if overlap == .auto || !isSharded, clips || workers == 2 { continue }
            if overlap == .auto, !isSharded { continue }
            // The choice by trial needs more steps than it tries.
            let steps = overlap == .auto ? 3 * OverlapTrial.stepsPerMode + 2 : 4
            cases.append(
              ExchangeCase(
                training: FakeTraining(
                  count: 60_000, shards: max(5, ranks), clips: clips, steps: steps),
                joining: joining, mode: workers == 1 ? .lazy : .eager, workers: workers,
                overlap: overlap, isSharded: isSharded, isEarly: !clips))
          }
        }
      }
    }
    return cases
  }
}
