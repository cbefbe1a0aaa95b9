internal import Checkpoints
internal import Configuration
internal import Datasets
internal import MessagePassing
internal import Training

/// A network with the parameters of a checkpoint, for the commands that do not train.
struct TrainedModel {
  /// The network, its data and its parameters.
  let session: TrainingSession
  /// The checkpoint's folder; the configuration's where there is no checkpoint.
  let path: String
  /// The step of the checkpoint.
  let step: Int

  /// Loads the checkpoint that the first argument names, with the configuration of its run folder or the one
  /// given by `--config`.
  ///
  /// Without a checkpoint the parameters are the initial ones.
  init(_ arguments: ParsedArguments, world: World) throws {
    guard let named = arguments.text("run") else {
      let configuration = try world.together { try ConfigurationOptions.load(arguments) }
      (session, _) = try TrainingLaunch(configuration, world: world).makeSession()
      path = try ConfigurationOptions.path(arguments)
      step = 0
      return
    }
    // Every rank reads the small files; the parameters go through rank 0.
    let (checkpoint, configuration) = try world.together {
      let (checkpoint, _) = try CheckpointStore.load(named)
      let configuration =
        arguments.has("config")
        ? try ConfigurationOptions.load(arguments)
        : try ConfigurationOptions.load(
          arguments, path: "\(checkpoint.path)/../../config.yaml")
      return (checkpoint, configuration)
    }
    (session, _) = try TrainingLaunch(configuration, world: world).makeSession(
      goingOnFrom: world.rank == 0 ? checkpoint : nil)
    path = checkpoint.path
    step = checkpoint.step
  }

  /// A part of the data by its name.
  ///
  /// - Throws: ``UsageError`` where there is no such part.
  func part(_ name: String) throws(UsageError) -> Dataset {
    let data = session.plan.data
    let parts = [
      ("train", data.train as Dataset?), ("validation", data.validation), ("test", data.test),
    ]
    guard let part = parts.first(where: { $0.0 == name })?.1 else {
      let known = parts.filter { $0.1 != nil }.map(\.0).joined(separator: ", ")
      throw UsageError(
        "the data has no part `\(name)`", hint: "it has: \(known); choose with --split",
        command: nil)
    }
    return part
  }
}
