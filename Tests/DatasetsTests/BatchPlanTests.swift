import Testing

@testable import Datasets

@Suite struct BatchPlanTests {
  @Test("ten samples in batches of four over three shards")
  func handCase() {
    let plan = BatchPlan(sampleCount: 10, globalBatch: 4, shards: 3)
    #expect(plan.stepsPerEpoch == 3)
    #expect((0..<3).map { plan.positions(step: $0) } == [0..<4, 4..<8, 8..<10])
    #expect((0..<3).map { plan.positions(step: 1, shard: $0) } == [4..<5, 5..<6, 6..<8])
    #expect((0..<3).map { plan.positions(step: 2, shard: $0) } == [8..<8, 8..<9, 9..<10])
    #expect(plan.shardSizes == [2, 1, 0])
  }

  @Test("Fashion-MNIST's epoch has a ragged last step")
  func realCase() {
    let plan = BatchPlan(sampleCount: 60_000, globalBatch: 128, shards: 4)
    #expect(plan.stepsPerEpoch == 469)
    #expect(plan.positions(step: 468).count == 96)
    #expect(plan.shardSizes == [32, 24])
  }

  @Test("every position is used once, parts are even and their sizes are announced")
  func coversAll() {
    for count in 0...24 {
      for batch in 1...26 {
        for shards in 1...9 {
          let plan = BatchPlan(sampleCount: count, globalBatch: batch, shards: shards)
          var next = 0
          var sizes: Set<Int> = []
          for step in 0..<plan.stepsPerEpoch {
            let whole = plan.positions(step: step)
            let parts = (0..<shards).map { plan.positions(step: step, shard: $0) }
            #expect(parts.first?.lowerBound == whole.lowerBound)
            for part in parts {
              #expect(part.lowerBound == next)
              next = part.upperBound
              sizes.insert(part.count)
            }
            #expect(next == whole.upperBound)
            let counts = parts.map(\.count)
            #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
            #expect(step == plan.stepsPerEpoch - 1 || whole.count == batch)
          }
          #expect(next == count)
          #expect(plan.shardSizes == sizes.sorted(by: >))
        }
      }
    }
  }
}
