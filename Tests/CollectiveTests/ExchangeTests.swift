import Glibc
import MessagePassing
import Synchronization
import Tensors
import Testing

@testable import DataParallelism

/// The update of a training, begun during the backward pass.
private final class FakeEarlyUpdate: EarlyUpdate {
  private let exchange: any GradientExchange
  private let scale = Mutex<Float>(0)

  init(_ exchange: any GradientExchange) {
    self.exchange = exchange
  }

  func begin(totals: ShardRecord) -> Bool {
    scale.withLock { $0 = FakeTraining.scale(weight: totals.weight, norm: nil) }
    return true
  }

  func update(_ range: Range<Int>, _ gradient: FloatView) {
    exchange.measureGradient(gradient, in: range)
    FakeTraining.update(
      exchange.parameters[range], exchange.states[0][range], gradient,
      scale: scale.withLock { $0 })
  }
}

/// References that were computed already; rank tests run one after the other.
private let references = Mutex<[FakeTraining: FakeTraining.Result]>([:])

private func reference(_ training: FakeTraining) -> FakeTraining.Result {
  references.withLock { known in
    if let result = known[training] { return result }
    let result = training.reference()
    known = [training: result]
    return result
  }
}

extension RankTests {
  @Suite struct ExchangeTests {
    let world = TestWorld.shared

    /// Runs all steps of a case on this rank's lanes.
    private func run(
      _ exchange: any GradientExchange, _ training: FakeTraining, isEarly: Bool
    ) throws -> ShardRecord {
      let last = Mutex(ShardRecord())
      let first = exchange.lanes.lowerBound
      try LaneTeam.run(
        workers: exchange.lanes.count, abandon: { exchange.abandon(lane: first + $0) }
      ) { worker in
        let lane = exchange.lanes.lowerBound + worker
        for step in 0..<training.steps {
          let raised: UInt64 = step == 1 && lane == exchange.plan.laneCount - 1 ? 8 : 0
          for leaf in exchange.plan.leaves[lane] {
            exchange.setRecord(
              training.record(shard: leaf.shard, step: step), of: leaf.shard)
            if isEarly, leaf.shard == exchange.plan.leaves[lane].last?.shard {
              exchange.announce(lane: lane, flags: raised)
              // Others are ready long before this lane has written anything.
              if lane % 2 == 1 { usleep(500) }
            }
            training.gradient(
              shard: leaf.shard, step: step, parameters: exchange.parameters,
              into: exchange.slot(lane: lane, leaf.slot))
            // Some elements at a time, at borders of chunks and elsewhere.
            for end in stride(from: 10_000, to: exchange.arena.count, by: 7000) {
              try exchange.advance(lane: lane, leaf: leaf, to: end)
            }
            try exchange.merge(lane: lane, after: leaf)
          }
          let flags = try exchange.finishGradients(lane: lane, flags: raised)
          #expect(flags == (step == 1 ? 8 : 0))
          let totals = exchange.totals()
          if worker == 0 { last.withLock { $0 = totals } }
          func update(_ range: Range<Int>, _ gradient: FloatView, norm: Double?) {
            FakeTraining.update(
              exchange.parameters[range], exchange.states[0][range], gradient,
              scale: FakeTraining.scale(weight: totals.weight, norm: norm))
          }
          try exchange.addGradients(lane: lane, keepsSums: training.clips) { range, gradient in
            exchange.measureGradient(gradient, in: range)
            if !training.clips { update(range, gradient, norm: nil) }
          }
          if training.clips {
            try exchange.meet(lane: lane, for: .gradientNorm)
            let norm = exchange.gradientNorm
            try exchange.revisitSlice(lane: lane, isLast: true) { update($0, $1, norm: norm) }
          }
          try exchange.publish(lane: lane)
        }
      }
      return last.withLock { $0 }
    }

    @Test(
      "parameters, states, norm and totals have the bits of a serial run",
      arguments: ExchangeCase.all)
    func sameBits(_ one: ExchangeCase) throws {
      let training = one.training
      var settings = ExchangeSettings(
        arena: training.arena, shards: training.shards, workers: one.workers, stateCount: 1)
      settings.mode = one.mode
      settings.stallLimit = 120
      settings.overlap = one.overlap
      settings.wire = one.wire
      settings.meetsForNorm = training.clips
      settings.shardsOptimizer = one.isSharded
      if one.overlap != .none { settings.segmentByteCount = 3 * ArenaLayout.chunk * 4 }
      let exchange = try one.joining.makeExchange(settings, world: world)
      let early = FakeEarlyUpdate(exchange)
      if one.isEarly { exchange.allowEarly(early) }
      if world.rank == 0 {
        for entry in exchange.arena.entries {
          for index in entry.range { exchange.parameters[index] = FakeTraining.initial(index) }
        }
      }
      try exchange.scatterParametersAndState()
      let totals = try run(exchange, training, isEarly: one.isEarly)
      try exchange.compareParameters()
      let norm = exchange.gradientNorm
      #expect(exchange.firstNonFiniteGradient() == nil)
      try exchange.gatherState()
      let parameters = exchange.parameters.array
      let momentum = exchange.states[0].array
      if one.overlap == .auto, let overlap = exchange.overlap { #expect(overlap.trial != nil) }
      try exchange.close()

      let expected = reference(training)
      #expect(bits(parameters) == bits(expected.parameters))
      if world.rank == 0 { #expect(bits(momentum) == bits(expected.momentum)) }
      #expect(norm == expected.norm)
      #expect(totals == expected.totals)
      #expect(expected.parameters != FakeTraining.table, "the reference has moved")
    }

    private func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }

    @Test(
      "evaluation records are shared without gradients",
      arguments: Joining.all + [.kind(.mpi)])
    func records(_ kind: Joining) throws {
      let training = FakeTraining(count: 16, shards: world.size + 1, clips: false)
      let exchange = try kind.makeExchange(
        ExchangeSettings(arena: training.arena, shards: training.shards, workers: 1, stateCount: 0),
        world: world)
      let lane = world.rank
      for round in 1...3 {
        for leaf in exchange.plan.leaves[lane] {
          exchange.setRecord(ShardRecord(loss: Double(leaf.shard * round)), of: leaf.shard)
        }
        #expect(
          try exchange.shareRecords(lane: lane, flags: 1 << UInt64(lane)) == (1 << world.size) - 1)
        let expected = Double(round * (training.shards - 1) * training.shards / 2)
        #expect(exchange.totals().loss == expected)
        try exchange.barrier(lane: lane)
      }
      try exchange.close()
    }

    @Test("a parameter that drifted is found, with its rank and tensor")
    func drift() throws {
      let training = FakeTraining(count: 10_000, shards: world.size, clips: false)
      let exchange = try ExchangeKind.message.makeExchange(
        ExchangeSettings(arena: training.arena, shards: training.shards, workers: 1, stateCount: 0),
        world: world)
      try exchange.compareParameters()
      let culprit = world.size - 1
      let entry = try #require(training.arena["a"])
      if world.rank == culprit { exchange.parameters[entry.offset + 1] = 1e-30 }
      if world.size == 1 {
        try exchange.compareParameters()
      } else {
        #expect(throws: ReplicaDriftError(ranks: [culprit], tensor: "a", step: 7)) {
          try exchange.compareParameters(step: 7)
        }
      }
      // Healed by rank 0's values.
      try exchange.scatterParametersAndState()
      try exchange.compareParameters()
      try exchange.close()
    }

    @Test("ranks that were set up differently all refuse, naming one")
    func disagreement() throws {
      guard world.size > 1 else { return }
      let arena = FakeTraining(count: 16, shards: 8, clips: false).arena
      let settings = ExchangeSettings(
        arena: arena, shards: world.rank == 1 ? 9 : 8, workers: 1, stateCount: 0)
      #expect(
        throws: DataParallelismError.disagreement(rank: 1, what: "shards", found: 9, expected: 8)
      ) {
        _ = try ExchangeKind.auto.makeExchange(settings, world: world)
      }
    }

    @Test("fewer shards than ranks are refused")
    func fewShards() throws {
      guard world.size > 1 else { return }
      let arena = FakeTraining(count: 16, shards: 8, clips: false).arena
      let settings = ExchangeSettings(
        arena: arena, shards: world.size - 1, workers: 1, stateCount: 0)
      #expect(
        throws: DataParallelismError.fewerShardsThanRanks(
          shards: world.size - 1, ranks: world.size)
      ) {
        _ = try ExchangeKind.auto.makeExchange(settings, world: world)
      }
    }

    @Test(
      "non-finite gradients are named alike on all ranks",
      arguments: Joining.all + [.kind(.mpi)])
    func nonFinite(_ kind: Joining) throws {
      let training = FakeTraining(count: 50_000, shards: 2 * world.size, clips: false)
      let exchange = try kind.makeExchange(
        ExchangeSettings(arena: training.arena, shards: training.shards, workers: 1, stateCount: 0),
        world: world)
      let lane = world.rank
      let entry = try #require(training.arena["a"])
      for leaf in exchange.plan.leaves[lane] {
        let slot = exchange.slot(lane: lane, leaf.slot)
        slot.fill(with: 1)
        if leaf.shard == training.shards - 1 { slot[entry.offset + 3] = .nan }
        try exchange.merge(lane: lane, after: leaf)
      }
      _ = try exchange.finishGradients(lane: lane, flags: 0)
      try exchange.addGradients(lane: lane, keepsSums: false) {
        exchange.measureGradient($1, in: $0)
      }
      try exchange.publish(lane: lane)
      #expect(exchange.gradientNorm.isNaN)
      #expect(exchange.firstNonFiniteGradient() == entry)
      try exchange.close()
    }

    @Test(
      "a loss that is not finite is known to all, and leaves no message behind",
      arguments: Joining.all + [.kind(.mpi)])
    func discarded(_ joining: Joining) throws {
      let training = FakeTraining(count: 50_000, shards: 2 * world.size, clips: false)
      var settings = ExchangeSettings(
        arena: training.arena, shards: training.shards, workers: 1, stateCount: 1)
      settings.overlap = .thread
      settings.segmentByteCount = 64 << 10
      let exchange = try joining.makeExchange(settings, world: world)
      let lane = world.rank
      // The first step is a good one.
      for step in 0..<2 {
        for leaf in exchange.plan.leaves[lane] {
          let isBad = step == 1 && leaf.shard == training.shards - 1
          exchange.setRecord(
            ShardRecord(loss: isBad ? .nan : 1, weight: 1, count: 1), of: leaf.shard)
          try exchange.merge(lane: lane, after: leaf)
        }
        _ = try exchange.finishGradients(lane: lane, flags: 0)
        if step == 1 { break }
        try exchange.addGradients(lane: lane, keepsSums: false) {
          exchange.measureGradient($1, in: $0)
        }
        try exchange.publish(lane: lane)
      }
      #expect(exchange.totals().loss.isNaN)
      try exchange.discardGradients(lane: lane)
      #expect(exchange.parameters.array.allSatisfy { $0 == 0 })
      // The ranks part in good order.
      try exchange.close()
    }

    @Test("MPI_Allreduce gives the sum on all ranks within rounding, workers change nothing")
    func allReduce() throws {
      let training = FakeTraining(count: 60_000, shards: world.size + 3, clips: true)
      var results: [[Float]] = []
      for workers in [1, 2] {
        for mode in SlotMode.allCases {
          var settings = ExchangeSettings(
            arena: training.arena, shards: training.shards, workers: workers, stateCount: 1)
          settings.mode = mode
          let exchange = try ExchangeKind.mpi.makeExchange(settings, world: world)
          if world.rank == 0 {
            for entry in exchange.arena.entries {
              for index in entry.range { exchange.parameters[index] = FakeTraining.initial(index) }
            }
          }
          try exchange.scatterParametersAndState()
          _ = try run(exchange, training, isEarly: false)
          try exchange.compareParameters()
          results.append(exchange.parameters.array)
          try exchange.close()
        }
      }
      let expected = reference(training).parameters
      #expect(results.allSatisfy { bits($0).count == expected.count })
      for result in results {
        #expect(zip(result, expected).allSatisfy { abs($0 - $1) < 1e-6 })
      }
    }
  }
}
