internal import MessagePassing
internal import StudyRecords
internal import Training

/// The command `lockstep sweep`.
struct SweepCommand: Command {
  static let declaration = CommandDeclaration(
    name: "sweep", abstract: "search for hyperparameters, alone or on the ranks of mpirun",
    discussion: """
      The ranks split into groups of `ranks_per_trial`; each group trains one trial at a time, as rank 0 says. The
      trials, their values and the best one are the same for any number of groups, and after a crash.

      SIGINT and SIGTERM write checkpoints of the trials that train, and end with 130 or 143; --resume goes on, also
      on other ranks, or with more `trials`. The test part of the data is never looked at.
      """,
    options: [
      .value(
        "config", short: "c", placeholder: "FILE", isRequired: true, help: "the study's YAML file"),
      .value(
        "set", placeholder: "KEY=VALUE", isRepeatable: true,
        help: "change one value: --set trials=80"),
      .value(
        "out", placeholder: "DIR", default: StudyFolder.root,
        help: "folder that study folders are made in"),
      .optionalValue(
        "resume", placeholder: "STUDY", implied: "",
        help: "go on with a study; the newest one of this name by default"),
      .value(
        "dead-rank", placeholder: "RANK",
        help: "with --resume: the rank that died and ended the sweep; its trial has one more chance"
      ),
      .value(
        "run-file", placeholder: "FILE",
        help: "write the study folder's path to a file as soon as the folder exists"),
      ProgressOption.declaration,
    ],
    examples: [
      CommandExample("lockstep sweep -c configs/sweep-digits.yaml", "one trial after another"),
      CommandExample(
        "mpirun -n 8 lockstep sweep -c configs/sweep-digits.yaml", "eight trials at once"),
      CommandExample(
        "lockstep sweep -c configs/sweep-digits.yaml --resume --set trials=80", "a larger budget"),
    ])

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
    try withWorld(describing: { Failure($0).inWorld }) { world in
      StopRequest.listen()
      return try SweepRun(arguments, world: world, context: context).execute()
    }
  }
}
