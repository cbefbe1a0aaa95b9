import MessagePassing
import Tensors
import Testing

@testable import DataParallelism

private func settings(shards: Int = 2, workers: Int = 1) -> ExchangeSettings {
  let arena = ArenaLayout(executionOrder: [("a.weight", [3]), ("b.weight", [4097])])
  return ExchangeSettings(arena: arena, shards: shards, workers: workers, stateCount: 1)
}

@Suite struct ErrorTests {
  @Test("a death is told as one sentence")
  func death() {
    let peer = Peer(rank: 1, processIdentifier: 4711, step: 418, phase: .backward)
    let text = DataParallelismError.died(peer, waiting: [0, 2]).description
    #expect(
      text.hasPrefix(
        "rank 1 (pid 4711) died at step 418 while in backward; ranks 0, 2 waited for it\n"))
  }

  @Test("only following another's error is a consequence")
  func consequence() {
    #expect(DataParallelismError.abandoned(rank: 1).isConsequence)
    #expect(!DataParallelismError.fewerShardsThanRanks(shards: 1, ranks: 2).isConsequence)
  }

  @Test("the first tensor with a non-finite sum of gradients is named")
  func nonFinite() throws {
    for (index, name) in [(0, "b.weight"), (4096, "b.weight"), (4112, "a.weight")] {
      try withWorld { world in
        let exchange = try ExchangeKind.auto.makeExchange(settings(), world: world)
        for value in [Float.infinity, .nan] {
          for leaf in exchange.plan.leaves[0] {
            exchange.slot(lane: 0, leaf.slot).fill(with: 1)
            if leaf.shard == 1 { exchange.slot(lane: 0, leaf.slot)[index] = value }
            try exchange.merge(lane: 0, after: leaf)
          }
          _ = try exchange.finishGradients(lane: 0, flags: 0)
          try exchange.addGradients(lane: 0, keepsSums: false) {
            exchange.measureGradient($1, in: $0)
          }
          try exchange.publish(lane: 0)
          #expect(!exchange.gradientNorm.isFinite)
          #expect(exchange.firstNonFiniteGradient()?.name == name)
        }
        try exchange.close()
      }
    }
  }

  @Test("sums of finite gradients that overflow are found too")
  func overflow() throws {
    try withWorld { world in
      let exchange = try ExchangeKind.auto.makeExchange(settings(), world: world)
      for leaf in exchange.plan.leaves[0] {
        exchange.slot(lane: 0, leaf.slot)[0] = .greatestFiniteMagnitude
      }
      _ = try exchange.finishGradients(lane: 0, flags: 0)
      try exchange.addGradients(lane: 0, keepsSums: true) {
        exchange.measureGradient($1, in: $0)
      }
      try exchange.meet(lane: 0, for: .gradientNorm)
      #expect(exchange.gradientNorm == .infinity)
      try exchange.publish(lane: 0)
      #expect(exchange.firstNonFiniteGradient()?.name == "b.weight")
    }
  }

  @Test("flags of lanes and records are seen at the end of the step, and gone in the next")
  func flags() throws {
    try withWorld { world in
      let exchange = try ExchangeKind.message.makeExchange(settings(), world: world)
      exchange.setRecord(ShardRecord(flags: 2), of: 1)
      #expect(try exchange.finishGradients(lane: 0, flags: 1) == 3)
      try exchange.addGradients(lane: 0, keepsSums: false) {
        exchange.measureGradient($1, in: $0)
      }
      try exchange.publish(lane: 0)
      exchange.setRecord(ShardRecord(), of: 0)
      exchange.setRecord(ShardRecord(), of: 1)
      #expect(try exchange.finishGradients(lane: 0, flags: 0) == 0)
    }
  }
}
