internal import Configuration
internal import Options

/// The options by which commands are given a configuration.
enum ConfigurationOptions {
  /// `-c FILE` and `--set KEY=VALUE`.
  static func declarations(isRequired: Bool) -> [OptionDeclaration] {
    [
      .value(
        "config", short: "c", placeholder: "FILE", isRequired: isRequired,
        help: "the run's YAML file"),
      .value(
        "set", placeholder: "KEY=VALUE", isRepeatable: true,
        help: "change one value: --set train.epochs=3"),
      .flag(
        "allow-emulation",
        help: "let bfloat16 run on a CPU without instructions for it, slowly"),
    ]
  }

  /// Reads the configuration that the arguments name.
  ///
  /// - Throws: ``UsageError`` where none is named, `OptionsError` with every problem in it.
  static func load(_ arguments: ParsedArguments) throws -> RunConfiguration {
    try load(arguments, path: path(arguments))
  }

  /// Reads a configuration file, changed as the arguments say.
  ///
  /// - Throws: `OptionsError` with every problem in it.
  static func load(_ arguments: ParsedArguments, path: String) throws -> RunConfiguration {
    var configuration = try RunConfiguration(path: path, overrides: arguments.texts("set"))
    configuration.train.allowsEmulation = arguments.has("allow-emulation")
    return configuration
  }

  /// The file that the arguments name.
  ///
  /// - Throws: ``UsageError`` where none is named.
  static func path(_ arguments: ParsedArguments) throws(UsageError) -> String {
    guard let path = arguments.text("config") else {
      throw UsageError(
        "no run and no configuration was given", hint: "name a run folder, or use -c FILE",
        command: nil)
    }
    return path
  }
}
