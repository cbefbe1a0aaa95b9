import Configuration
import Options

@testable import HyperparameterSearch

/// What is told about a sampler as it stands in a configuration.
enum SamplerProblems {
  /// The messages and hints of all problems with `text`.
  static func of(_ text: String) -> [String] {
    let diagnostics = Diagnostics()
    do {
      _ = SamplerRegistry.decode(try tree(text), diagnostics: diagnostics)
    } catch {
      return ["\(error)"]
    }
    return diagnostics.problems.map { "\($0.message); \($0.hint ?? "")" }
  }

  /// The value that a text in YAML means.
  static func tree(_ text: String) throws -> OptionValue {
    try YAMLParser.parse(text, name: "sweep.yaml")
  }
}
