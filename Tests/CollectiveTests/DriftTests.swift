import Configuration
import DataParallelism
import Datasets
import MessagePassing
import Networks
import Optimizers
import Tensors
import Testing

@testable import DataParallelism
@testable import Training

/// Changes one parameter of rank 0 after a step.
private final class FaultyBorders: StepBorders {
  let seconds = 0.0
  private let exchange: any GradientExchange
  private let faultyStep: Int

  init(_ exchange: any GradientExchange, faultyStep: Int) {
    self.exchange = exchange
    self.faultyStep = faultyStep
  }

  func handle(_ event: TrainingEvent) {
    guard case .step(let report) = event, report.step == faultyStep,
      let entry = exchange.arena.entries.last
    else { return }
    exchange.parameters[entry.range.lowerBound] += 1
  }

  func writeCheckpoint(_ progress: TrainingProgress) {}

  func restore(_ best: RestoredBest) {}

  func finish() {}
}

extension RankTests {
  @Suite struct DriftTests {
    let world = TestWorld.shared

    private static let data = Dataset(
      features: (0..<48).map { index in Float(index % 7) }, sampleShape: [4],
      targets: (0..<12).map { index in Float(index % 2) }, classNames: ["even", "odd"])

    @Test("ranks whose parameters differ end together at the next check, naming rank and step")
    func drift() throws {
      let plan = try TrainingPlan(
        model: Sequential { Dense(2) }, data: DataSplits(train: Self.data),
        loss: CrossEntropy(), optimizer: SGD(learningRate: 0.1),
        settings: TrainSettings(
          length: .steps(9), globalBatch: 6),
        shards: 6, seed: 1)
      let session = try TrainingSession(
        plan, workers: 1,
        distributed: DistributedSettings(reducer: .message, driftCheckEverySteps: 3), world: world)
      try session.initialize()
      let borders = FaultyBorders(session.exchange, faultyStep: 6)
      let name = try #require(session.exchange.arena.entries.last).name
      if world.size == 1 {
        #expect(try session.run(from: TrainingProgress(), borders: borders) == .completed)
      } else {
        // Of two, nobody can tell which is right, and the first holds.
        let drifted = world.size == 2 ? 1 : 0
        #expect(throws: ReplicaDriftError(ranks: [drifted], tensor: name, step: 6)) {
          try session.run(from: TrainingProgress(), borders: borders)
        }
      }
      try session.close()
    }
  }
}
