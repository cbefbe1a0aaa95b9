public import Datasets
public import Networks
public import Optimizers
public import Options
internal import Tensors

/// One run as its YAML file describes it: every section typed and checked.
public struct RunConfiguration: Sendable {
  /// The run's name, which its folder ends with.
  public let name: String
  /// What all random numbers of the run are drawn from.
  public let seed: UInt64
  /// The data.
  public let data: DataSpec
  /// The network.
  public let model: ModelSpec
  /// What is made small.
  public let loss: any Loss
  /// How the parameters move.
  public let optimizer: any Optimizer
  /// Which parameters are updated otherwise, and penalties.
  public let rules: ParameterRules
  /// The learning rate over the run.
  public let schedule: Schedule
  /// How long, in what batches, and what is kept.
  public var train: TrainSettings
  /// How ranks work together.
  public let distributed: DistributedSettings
  /// The whole configuration after `extends` and overrides, its paths absolute, to be written into the run's
  /// folder and run from there.
  public let resolved: OptionValue

  /// Reads a configuration file.
  ///
  /// - Parameters:
  ///   - path: the YAML file; paths in it are relative to its folder.
  ///   - overrides: `key.key=value`, applied in order.
  /// - Throws: `OptionsError` with every problem found.
  public init(path: String, overrides: [String] = []) throws(OptionsError) {
    let tree = try ConfigurationLoader.load(path: path, overrides: overrides)
    try self.init(tree: tree, name: Paths.name(of: path))
  }

  /// Where the data's paths are.
  private static let paths = ["train", "validation", "test"].flatMap {
    ["data.\($0)", "data.\($0).images", "data.\($0).labels"]
  }

  /// Reads a configuration that is a tree already, as ``ConfigurationLoader`` gives it.
  ///
  /// - Parameters:
  ///   - tree: a map; its paths are relative to the folders of the files that they were written in.
  ///   - fileName: the name of the file, which the run is called after where it has no name.
  /// - Throws: `OptionsError` with every problem found.
  package init(tree: OptionValue, name fileName: String) throws(OptionsError) {
    let tree = AbsolutePaths.resolved(tree, at: Self.paths)
    if tree["space"] != nil, tree["model"] == nil {
      throw OptionsError(problems: [
        Diagnostic(
          "this is a study, not the configuration of a training", at: tree.mark,
          hint: "run it with `lockstep sweep -c …`")
      ])
    }
    let diagnostics = Diagnostics()
    let reader = OptionReader(tree, context: "the configuration", diagnostics: diagnostics)
    name = Self.checkedName(reader, file: fileName)
    seed = UInt64(reader.integer("seed", default: 0, in: 0...))
    for key in ["data", "model", "loss", "optimizer", "train"] where !reader.has(key) {
      reader.reportMissing(key)
    }
    let data = reader.nested("data").map { DataSpec(options: $0, directory: "") }
    let model = reader.nested("model").map(ModelSpec.init(options:))
    let loss = reader.value("loss").flatMap { LossRegistry.decode($0, diagnostics: diagnostics) }
    let optimizer = reader.value("optimizer").flatMap {
      OptimizerRegistry.decode($0, diagnostics: diagnostics)
    }
    rules = ParameterRules(configuration: reader)
    schedule =
      reader.value("schedule").flatMap {
        ScheduleRegistry.decode($0, diagnostics: diagnostics)
      } ?? Schedule()
    let train = reader.nested("train").map(TrainSettings.init(options:))
    distributed = DistributedSettings(options: reader.section("distributed"))
    reader.finish()
    try diagnostics.throwIfAny()
    guard let data, let model, let loss, let optimizer, let train else {
      preconditionFailure("a missing section was not reported")
    }
    self.data = data
    self.model = model
    self.loss = loss
    self.optimizer = optimizer
    self.train = train
    resolved = tree
  }

  /// Reads `name`, by default that of the file; it must do as the end of a folder's name.
  package static func checkedName(_ reader: OptionReader, file path: String) -> String {
    let fileName = Paths.name(of: path)
    let plainName = fileName.split(separator: ".").first.map(String.init) ?? fileName
    let name = reader.text("name") ?? plainName
    let isPlain = name.allSatisfy { $0.isLetter || $0.isNumber || "-_.".contains($0) }
    if name.isEmpty || !isPlain {
      reader.report(
        "`name` is `\(name)`: letters, digits, `-`, `_` and `.` make a name", for: "name")
    }
    return name
  }
}
