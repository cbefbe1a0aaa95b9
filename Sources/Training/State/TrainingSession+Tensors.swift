package import Checkpoints
internal import DataParallelism
internal import Networks
internal import Optimizers
internal import Tensors

extension TrainingSession {
  /// The parameters and running statistics under their names on disk.
  package var modelTensors: [NamedTensor] {
    exchange.arena.allEntries.map {
      NamedTensor(name: $0.name, shape: $0.shape, values: exchange.parameters[$0.range])
    }
  }

  /// The optimizer's state under its names on disk: `dense_1.weight.exp_avg`.
  package var optimizerTensors: [NamedTensor] {
    zip(plan.optimizer.stateNames, exchange.states).flatMap { state, buffer in
      exchange.arena.entries.map {
        NamedTensor(
          name: "\($0.name).\(state)", shape: $0.shape, values: buffer[$0.range])
      }
    }
  }
}
