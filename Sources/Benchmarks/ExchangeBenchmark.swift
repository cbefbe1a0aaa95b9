import DataParallelism
import MessagePassing
import Tensors

/// One whole exchange of gradients beside `MPI_Allreduce` on the same bytes, by turns.
///
/// An exchange meets, adds one gradient a rank, and makes the sums visible to all ranks, which is what
/// an all-reduce does.
enum ExchangeBenchmark {
  /// Bytes of one gradient.
  private static let sizes = [4 << 10, 256 << 10, 4 << 20, 64 << 20]
  private static let rounds = 9

  /// Times each form of exchange at several sizes, one shard a rank.
  static func run(_ world: World) throws {
    for kind in [ExchangeKind.window, .message] where kind == .message || world.nodeCount == 1 {
      for size in sizes {
        let arena = ArenaLayout(
          executionOrder: [(name: "weight", shape: [size / MemoryLayout<Float>.stride])])
        var settings = ExchangeSettings(
          arena: arena, shards: world.size, workers: 1, stateCount: 0)
        settings.overlap = .none
        let exchange = try kind.makeExchange(settings, world: world)
        let (own, library) = try time(exchange, world)
        if world.rank == 0 {
          report("\(exchange.name), \(world.size) ranks, \(size / 1024) KiB", own, library, size)
        }
        try exchange.close()
      }
    }
  }

  private static func report(_ name: String, _ own: Double, _ library: Double, _ size: Int) {
    Stopwatch.report(name, seconds: own, rate: 1e-9 * Double(size) / own, unit: "GB/s")
    let ratio = (library / own * 100).rounded() / 100
    Stopwatch.report(
      "  MPI_Allreduce, \(ratio) x the time", seconds: library,
      rate: 1e-9 * Double(size) / library, unit: "GB/s")
  }

  /// The median of rounds in which both take turns; every rank does the same.
  private static func time(
    _ exchange: any GradientExchange, _ world: World
  ) throws -> (own: Double, library: Double) {
    let values = FloatStorage(count: exchange.arena.count)
    let buffer = unsafe UnsafeMutableBufferPointer(
      start: values.view.pointer, count: values.view.count)
    let repeats = max(1, min(2000, (16 << 20) / (4 * exchange.arena.count)))
    var own: [Double] = []
    var library: [Double] = []
    for round in 0...rounds {
      let begin = Stopwatch.now
      for _ in 0..<repeats { try step(exchange) }
      let middle = Stopwatch.now
      for _ in 0..<repeats { try unsafe world.communicator.sum(buffer) }
      let end = Stopwatch.now
      // The first touches memory.
      if round > 0 {
        own.append((middle - begin) / Double(repeats))
        library.append((end - middle) / Double(repeats))
      }
    }
    return (own.sorted()[rounds / 2], library.sorted()[rounds / 2])
  }

  private static func step(_ exchange: any GradientExchange) throws {
    let lane = exchange.lanes.lowerBound
    for leaf in exchange.plan.leaves[lane] {
      exchange.setRecord(ShardRecord(weight: 1, count: 1), of: leaf.shard)
      try exchange.merge(lane: lane, after: leaf)
    }
    _ = try exchange.finishGradients(lane: lane, flags: 0)
    let parameters = exchange.parameters
    try exchange.addGradients(lane: lane, keepsSums: false) { range, gradient in
      let slice = parameters[range]
      slice.copy(from: gradient)
    }
    try exchange.publish(lane: lane)
  }
}
