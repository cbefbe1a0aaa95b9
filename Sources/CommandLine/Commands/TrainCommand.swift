internal import Checkpoints
internal import Configuration
internal import MessagePassing
internal import RunRecords
internal import Training

/// The command `lockstep train`.
struct TrainCommand: Command {
  static let declaration = CommandDeclaration(
    name: "train", abstract: "train a network, alone or on the ranks of mpirun",
    discussion: """
      SIGINT and SIGTERM finish the step, write a checkpoint and end with 130 or 143; --resume goes on
      from there, on any number of ranks up to the number of shards, with the same bits. SIGUSR2 and
      SIGUSR1 mean the same: mpirun passes these on to ranks of every host.
      """,
    options: ConfigurationOptions.declarations(isRequired: true) + [
      .value(
        "out", placeholder: "DIR", default: "runs", help: "folder that run folders are made in"),
      .optionalValue(
        "resume", placeholder: "RUN", implied: "",
        help: "go on from a run's last valid checkpoint; the newest run of this name by default"),
      .value(
        "run-file", placeholder: "FILE",
        help: "write the run folder's path to a file as soon as the folder exists"),
      .flag("hash", help: "print a hash over the final parameters, last"),
      ProgressOption.declaration,
      .value(
        "trace", placeholder: "FILE",
        help: "at the end write what the ranks did last, for chrome://tracing or Perfetto"),
    ],
    examples: [
      CommandExample("lockstep train -c configs/digits-mlp.yaml", "train in this process"),
      CommandExample(
        "mpirun -n 2 lockstep train -c configs/digits-mlp.yaml --set train.epochs=1",
        "train on two ranks, with one value changed"),
      CommandExample("lockstep train -c configs/digits-mlp.yaml --resume", "go on with it"),
    ])

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
    try withWorld(describing: { Failure($0).inWorld }) { world in
      StopRequest.listen()
      let run = try TrainingRun(arguments, world: world, context: context)
      return try run.execute()
    }
  }
}
