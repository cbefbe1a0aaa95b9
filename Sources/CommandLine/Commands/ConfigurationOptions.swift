internal import Configuration
internal import Options

/// The options by which commands are given a configuration.
enum ConfigurationOptions {
  /// `-c FILE` and `--set KEY=VALUE`.
  static let declarations: [CommandDeclaration.Option] = [
    .init(name: "config", short: "c", value: "FILE", help: "the run's YAML file"),
    .init(
      name: "set", value: "KEY=VALUE", isRepeatable: true,
      help: "change one value: --set train.epochs=3"),
  ]

  /// Reads the configuration that the arguments name.
  ///
  /// - Throws: ``UsageError`` where none is named, `OptionsError` with every problem in it.
  static func load(_ arguments: ParsedArguments) throws -> RunConfiguration {
    try RunConfiguration(path: path(arguments), overrides: arguments.all("set"))
  }

  /// The file that the arguments name.
  ///
  /// - Throws: ``UsageError`` where none is named.
  static func path(_ arguments: ParsedArguments) throws(UsageError) -> String {
    guard let path = arguments.value("config") else {
      throw UsageError(
        message: "no configuration was given", hint: "-c configs/digits-mlp.yaml")
    }
    return path
  }
}
