internal import Configuration
internal import DataParallelism
internal import DurableFiles
internal import Estimation
internal import JSONText
internal import MessagePassing

/// The command `lockstep estimate`.
struct EstimateCommand: Command {
  static let declaration = CommandDeclaration(
    name: "estimate", abstract: "predict how fast a configuration trains on more ranks or hosts",
    discussion: """
      Trains for a moment on one core and on all, and predicts from the costs of the parts: computing a
      shard, adding gradients, the optimizer, waiting. Without --link all ranks are on one host and share
      its cores. With --link each rank is on a host of its own; gradients then go over the link, as far as
      possible while the backward pass goes on, and parameters come back.
      """,
    options: ConfigurationOptions.declarations(isRequired: true) + [
      .value("ranks", placeholder: "LIST", default: "1,2,4,8,16", help: "numbers of ranks"),
      .value(
        "link", placeholder: "RATE", help: "the network between hosts: 1gbit, 10gbit, 200mbit"),
      .value(
        "latency", placeholder: "TIME", default: "50us",
        help: "what a message on the link takes beside its bytes"),
      .value(
        "cores-per-host", placeholder: "N", help: "cores of each host; those of this one by default"
      ),
      .value("seconds", placeholder: "S", default: "2", help: "length of the probe"),
      .value("json", placeholder: "FILE", help: "write the costs and predictions to a file"),
    ],
    examples: [
      CommandExample(
        "lockstep estimate -c configs/fashion-mnist-mlp.yaml --ranks 1,2,4", "on this machine"),
      CommandExample(
        "lockstep estimate -c configs/fashion-mnist-cnn.yaml --link 1gbit --cores-per-host 8",
        "on hosts of 8 cores"),
    ])

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
    let ranks = try Self.ranks(arguments)
    let link = try Self.link(arguments)
    let cores = try arguments.integer("cores-per-host", in: 1...) ?? Machine.allowedCores
    let seconds = try arguments.positiveNumber("seconds") ?? 2
    return try withWorld(describing: { Failure($0).inWorld }) { world in
      guard world.size == 1 else {
        throw UsageError(
          "estimate predicts many ranks from one", hint: "start it without mpirun",
          command: "estimate")
      }
      let configuration = try ConfigurationOptions.load(arguments)
      let probe = try CostProbe(
        configuration, shards: Self.shards(configuration, ranks, cores, link), world: world)
      let model = ScalingModel(
        costs: try probe.costs(seconds: seconds), workload: probe.workload, coresPerHost: cores,
        link: link)
      let table = ScalingTable(model, ranks: ranks, workers: configuration.train.workers)
      try context.output.line(EstimateText.text(table, name: configuration.name))
      if let path = arguments.text("json") {
        let text = EstimateText.json(table, name: configuration.name).text(.indented) + "\n"
        try FileSystem().replaceFile(path, with: Array(text.utf8))
      }
      return .done
    }
  }

  /// The shards of a step; where the configuration leaves them to the first launch, one for each lane of the
  /// largest launch asked for.
  private static func shards(
    _ configuration: RunConfiguration, _ ranks: [Int], _ cores: Int, _ link: Link?
  ) -> Int {
    let train = configuration.train
    if let shards = train.shards { return shards }
    let most = ranks.max() ?? 1
    let workers = train.workers ?? (link == nil ? max(1, cores / most) : cores)
    return min(most * workers, train.globalBatch)
  }

  private static func ranks(_ arguments: ParsedArguments) throws(UsageError) -> [Int] {
    let text = arguments.required("ranks")
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    var ranks: [Int] = []
    for part in parts {
      guard let part, part > 0 else {
        throw UsageError(
          "`--ranks` cannot be `\(text)`", hint: "write whole numbers: --ranks 1,2,4",
          command: "estimate")
      }
      ranks.append(part)
    }
    return ranks
  }

  private static func link(_ arguments: ParsedArguments) throws(UsageError) -> Link? {
    func wrong(_ name: String, _ text: String, _ example: String) -> UsageError {
      UsageError(
        "`--\(name)` cannot be `\(text)`", hint: "write it as in --\(name) \(example)",
        command: "estimate")
    }
    let latency = arguments.required("latency")
    guard let seconds = Link.latency(latency) else { throw wrong("latency", latency, "50us") }
    guard let rate = arguments.text("link") else { return nil }
    guard let bandwidth = Link.bandwidth(rate) else { throw wrong("link", rate, "1gbit") }
    return Link(bandwidth: bandwidth, latency: seconds)
  }
}
