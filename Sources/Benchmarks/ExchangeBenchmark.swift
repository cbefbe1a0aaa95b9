import DataParallelism
import MessagePassing
import Tensors

/// One whole exchange of gradients: meet, add, step by plain SGD, publish.
enum ExchangeBenchmark {
  private static let sizes = [1 << 10, 1 << 16, 1 << 20, 1 << 22, 1 << 24]

  /// Times both forms of exchange at several sizes of the arena, one shard a rank.
  static func run(_ world: World) throws {
    for kind in [ExchangeKind.window, .message] where kind == .message || world.nodeCount == 1 {
      for count in sizes {
        let arena = ArenaLayout(executionOrder: [(name: "weight", shape: [count])])
        let settings = ExchangeSettings(
          arena: arena, shards: world.size, workers: 1, stateCount: 0)
        let exchange = try kind.makeExchange(settings, world: world)
        let seconds = try time(exchange)
        if world.rank == 0 {
          Stopwatch.report(
            "\(exchange.name), \(world.size) ranks, \(count * 4 / 1024) KiB", seconds: seconds,
            rate: 1e-9 * Double(count * 4) / seconds, unit: "GB/s")
        }
        try exchange.close()
      }
    }
  }

  /// The best mean time of a step; every rank takes the same number of them.
  private static func time(_ exchange: any GradientExchange) throws -> Double {
    let lane = exchange.lanes.lowerBound
    let steps = max(3, (1 << 24) / exchange.arena.count / 4)
    var best = Double.infinity
    for round in 0..<6 {
      let begin = Stopwatch.now
      for _ in 0..<steps {
        for leaf in exchange.plan.leaves[lane] {
          exchange.setRecord(ShardRecord(weight: 1, count: 1), of: leaf.shard)
          try exchange.merge(lane: lane, after: leaf)
        }
        _ = try exchange.finishGradients(lane: lane, flags: 0)
        let parameters = exchange.parameters
        try exchange.addGradients(lane: lane, keepsSums: false) { range, gradient in
          exchange.measureGradient(gradient, in: range)
          let slice = parameters[range]
          slice.copy(from: gradient)
        }
        try exchange.publish(lane: lane)
      }
      if round > 0 { best = min(best, (Stopwatch.now - begin) / Double(steps)) }
    }
    return best
  }
}
