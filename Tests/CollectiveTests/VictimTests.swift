import Foundation
import MessagePassing
import Tensors
import Testing

@testable import DataParallelism

private struct Failure: Error, CustomStringConvertible {
  let description: String
}

/// A job that goes wrong; started by ``LaunchTests``, never by itself.
@Suite(.enabled(if: TestWorld.environment["LOCKSTEP_TEST_VICTIM"] != nil)) struct VictimTests {
  @Test("goes wrong")
  func goWrong() throws {
    let manner = TestWorld.environment["LOCKSTEP_TEST_VICTIM"]
    try withWorld(describing: Self.describe) { world in
      if manner == "agree" { throw Failure(description: "all of us") }
      if manner == "late" { return try beLate(world) }
      let arena = FakeTraining(count: 4096, shards: 3, clips: false).arena
      var settings = ExchangeSettings(arena: arena, shards: 3, workers: 1, stateCount: 0)
      if manner == "stall" { settings.stallLimit = 1 }
      let kind = manner == "stall" ? ExchangeKind.message : .window
      let exchange = try kind.makeExchange(settings, world: world)
      let lane = world.rank
      try LaneTeam.run(
        workers: 1, abandon: { _ in exchange.abandon(lane: lane) }, onFirstError: world.report
      ) { _ in
        for step in 0..<10 {
          exchange.note(lane: lane, step: UInt64(step), phase: .backward)
          if step == 4, world.rank == 1 {
            if manner == "kill" { kill(getpid(), SIGKILL) }
            if manner == "stall" { sleep(60) }
            throw Failure(description: "as planned")
          }
          _ = try exchange.finishGradients(lane: lane, flags: 0)
          try exchange.addGradients(lane: lane, keepsSums: false) {
            exchange.measureGradient($1, in: $0)
          }
          try exchange.publish(lane: lane)
        }
      }
    }
  }

  /// Rank 1 does not come to the first meeting.
  private func beLate(_ world: World) throws {
    let watch = try StallWatch(world, limits: StallLimits(warn: 1, abort: 2))
    try world.together {
      if world.rank == 1 { sleep(60) }
    }
    watch.stop()
  }

  private static func describe(_ error: any Error) -> WorldFailure {
    if let error = error as? DataParallelismError {
      return WorldFailure(
        exitCode: 5, text: error.description, scope: error.isConsequence ? .consequence : .rank)
    }
    let isAgreed = "\(error)" == "all of us"
    return WorldFailure(
      exitCode: isAgreed ? 2 : 4, text: "\(error)", scope: isAgreed ? .everyRank : .rank)
  }
}
