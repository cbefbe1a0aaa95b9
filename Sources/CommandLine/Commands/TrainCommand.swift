internal import Checkpoints
internal import Configuration
internal import MessagePassing
internal import RunRecords
internal import Training

/// `lockstep train`
enum TrainCommand: Command {
  static let declaration = CommandDeclaration(
    name: "train", abstract: "train a network, alone or on the ranks of mpirun",
    discussion: """
      examples:
        lockstep train -c configs/digits-mlp.yaml
        mpirun -n 2 lockstep train -c configs/fashion-mnist-mlp.yaml --set train.epochs=1
        lockstep train -c configs/digits-mlp.yaml --resume

      SIGINT and SIGTERM finish the step, write a checkpoint and end with 130 or 143; --resume goes on from
      there, on any number of ranks, with the same bits.
      """,
    options: ConfigurationOptions.declarations + [
      .init(
        name: "out", value: "DIR", help: "folder that run folders are made in (default: runs)"),
      .init(
        name: "resume", value: "RUN", isValueOptional: true,
        help: "go on from the last valid checkpoint of a run folder (default: the newest of this name)"),
      .init(name: "hash", help: "print a hash over the final parameters, last"),
      .init(
        name: "progress", value: "STYLE",
        help: "auto, live, plain or none (default: auto)"),
    ])

  static func run(_ arguments: ParsedArguments, terminal: Terminal) throws -> ExitCode {
    try withWorld(describing: { Failure($0).inWorld }) { world in
      StopRequest.listen()
      let run = try TrainingRun(arguments, world: world, terminal: terminal)
      return try run.execute()
    }
  }
}
