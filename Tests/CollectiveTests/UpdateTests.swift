import DataParallelism
import MessagePassing
import Optimizers
import Synchronization
import Tensors
import Testing

@testable import Training

/// An update to be done by several lanes and ranks.
struct UpdateCase: Sendable, CustomTestStringConvertible {
  let name: String
  let optimizer: any Optimizer
  var groups: [ParameterGroup] = []
  var regularization = Regularization()
  var clip: GradientClip?

  var testDescription: String { name }

  static let groups = [
    ParameterGroup("two.*", weightDecay: 0, learningRateFactor: 0.5, l1: 0.01),
    ParameterGroup("*.bias", weightDecay: 0.1),
    ParameterGroup("four.weight", isFrozen: true),
  ]

  static let all = [
    UpdateCase(name: "adam", optimizer: Adam()),
    UpdateCase(
      name: "momentum with groups, clipped",
      optimizer: SGD(learningRate: 0.1, momentum: 0.9, weightDecay: 0.01), groups: groups,
      regularization: Regularization(l2: 0.1), clip: GradientClip(norm: 1, value: 0.01)),
    UpdateCase(
      name: "lars", optimizer: LARS(learningRate: 1, weightDecay: 0.01, trustCoefficient: 0.02)),
    UpdateCase(
      name: "lars with groups, clipped", optimizer: LARS(learningRate: 1, momentum: 0),
      groups: groups, regularization: Regularization(l1: 0.01), clip: GradientClip(norm: 1)),
    UpdateCase(name: "lamb", optimizer: LAMB(learningRate: 0.01)),
    UpdateCase(
      name: "lamb with groups, clipped", optimizer: LAMB(learningRate: 0.01), groups: groups,
      regularization: Regularization(l2: 0.1), clip: GradientClip(norm: 1, value: 0.01)),
  ]

  func plan(_ arena: ArenaLayout) throws -> UpdatePlan {
    try UpdatePlan(
      optimizer: optimizer,
      rules: ParameterRules(groups: groups, regularization: regularization), clip: clip,
      layout: arena)
  }

  func settings(step: Int) -> StepSettings {
    StepSettings(
      step: step + 1, learningRate: Float(optimizer.learningRate), gradientScale: Float(1 / 8.0))
  }
}

/// Parameters, states and the norm of the last gradient after some steps.
struct UpdateResult: Equatable {
  var buffers: [[UInt32]]
  var norm: Double
  var tensorNorms: [Double]
}

extension RankTests {
  @Suite struct UpdateTests {
    let world = TestWorld.shared

    /// All steps by one thread, over the whole arena at once.
    private func reference(_ update: UpdateCase, _ training: FakeTraining) throws -> UpdateResult {
      let arena = training.arena
      let plan = try update.plan(arena)
      let all = 0..<arena.count
      let parameters = FloatStorage(count: arena.count)
      let states = update.optimizer.stateNames.map { _ in FloatStorage(count: arena.count) }
      let state = OptimizerState(states.first?.view, states.count > 1 ? states[1].view : nil)
      for entry in arena.entries {
        for index in entry.range { parameters.view[index] = FakeTraining.initial(index) }
      }
      var result = UpdateResult(buffers: [], norm: 0, tensorNorms: [])
      for step in 0..<training.steps {
        let sum = training.sumOfGradients(step: step, parameters: parameters.view)
        plan.addPenalties(
          in: all, parameters: parameters.view, gradients: sum.view, weight: 8)
        // Frozen tensors have a place in the tree, which is 0.
        let counted = FloatStorage(count: arena.count)
        for entry in arena.entries where update.groups.isEmpty || entry.name != "four.weight" {
          counted.view[entry.range].copy(from: sum.view[entry.range])
        }
        result.norm = FakeTraining.norm(of: counted.view, over: arena.entries)
        result.tensorNorms = arena.entries.map {
          FakeTraining.norm(of: counted.view, over: [$0])
        }
        let settings = update.settings(step: step)
        plan.step(
          plan.clipped(settings, norm: result.norm), in: all, parameters: parameters.view,
          gradients: sum.view, state: state)
        let before = FloatStorage(count: arena.count)
        before.view.copy(from: parameters.view)
        plan.applyDirections(
          settings, in: all, parameters: parameters.view, directions: sum.view, state: state
        ) { tensor in
          TensorNorms(
            parameters: FakeTraining.norm(of: before.view, over: [arena.entries[tensor]]),
            direction: FakeTraining.norm(of: sum.view, over: [arena.entries[tensor]]))
        }
      }
      result.buffers = ([parameters] + states).map { $0.view.array.map(\.bitPattern) }
      return result
    }

    private func run(
      _ update: UpdateCase, _ training: FakeTraining, _ kind: Joining, workers: Int,
      isSharded: Bool
    ) throws -> UpdateResult {
      let plan = try update.plan(training.arena)
      var settings = ExchangeSettings(
        arena: training.arena, shards: training.shards, workers: workers,
        stateCount: update.optimizer.stateNames.count)
      settings.stallLimit = 120
      settings.countsInNorm = plan.countsInNorm
      settings.segmentByteCount = 2 * ArenaLayout.chunk * 4
      settings.shardsOptimizer = isSharded
      settings.meetsForNorm = plan.needsNorm
      settings.overlap = .thread
      let exchange = try kind.makeExchange(settings, world: world)
      if world.rank == 0 {
        for entry in training.arena.entries {
          for index in entry.range { exchange.parameters[index] = FakeTraining.initial(index) }
        }
      }
      try exchange.scatterParametersAndState()
      let slice = SliceUpdate(plan: plan, statistics: nil, exchange: exchange)
      let first = exchange.lanes.lowerBound
      try LaneTeam.run(
        workers: workers, abandon: { exchange.abandon(lane: first + $0) }
      ) { worker in
        let lane = exchange.lanes.lowerBound + worker
        for step in 0..<training.steps {
          for leaf in exchange.plan.leaves[lane] {
            training.gradient(
              shard: leaf.shard, step: step, parameters: exchange.parameters,
              into: exchange.slot(lane: lane, leaf.slot))
            try exchange.merge(lane: lane, after: leaf)
          }
          _ = try exchange.finishGradients(lane: lane, flags: 0)
          try slice(lane: lane, settings: update.settings(step: step), weight: 8, samples: 8)
          try exchange.publish(lane: lane)
        }
      }
      try exchange.compareParameters()
      try exchange.gatherState()
      let result = UpdateResult(
        buffers: ([exchange.parameters] + exchange.states).map { $0.array.map(\.bitPattern) },
        norm: exchange.gradientNorm,
        tensorNorms: training.arena.entries.indices.map { exchange.gradientNorm(ofTensor: $0) })
      try exchange.close()
      return result
    }

    @Test(
      "steps, states and norms have the bits of one thread's",
      arguments: UpdateCase.all, Joining.all)
    func sameBits(_ update: UpdateCase, _ kind: Joining) throws {
      let ways = [(1, max(3, world.size), true), (2, 8, true), (1, 6, false), (2, 7, false)]
      for (workers, shards, isSharded) in ways {
        let training = FakeTraining(count: 0, shards: shards, clips: false, isMixed: true)
        let expected = try reference(update, training)
        let result = try run(
          update, training, kind, workers: workers, isSharded: isSharded)
        #expect(result.norm == expected.norm)
        #expect(result.tensorNorms == expected.tensorNorms)
        #expect(result.buffers[0] == expected.buffers[0])
        // The states are whole on rank 0 alone.
        if world.rank == 0 { #expect(result.buffers == expected.buffers) }
      }
    }

    @Test("the norm of a tensor's parameters is that of its pieces")
    func parameterNorms() throws {
      let training = FakeTraining(count: 0, shards: world.size, clips: false, isMixed: true)
      let exchange = try ExchangeKind.message.makeExchange(
        ExchangeSettings(
          arena: training.arena, shards: training.shards, workers: 1, stateCount: 0),
        world: world)
      for (tensor, entry) in training.arena.entries.enumerated() {
        #expect(exchange.parameterNorm(ofTensor: tensor) == 0)
        for index in entry.range { exchange.parameters[index] = FakeTraining.initial(index) }
        #expect(
          exchange.parameterNorm(ofTensor: tensor)
            == FakeTraining.norm(of: exchange.parameters, over: [entry]))
      }
      try exchange.close()
    }
  }
}
