package import Options

/// Loads a configuration: a YAML file, the files it extends, and what the command line changes.
///
/// `extends: other.yaml` names a file relative to the one it stands in; maps merge key by key, all
/// else is replaced, and the extending file wins. See ``OptionMerge`` for optimizers and losses.
package enum ConfigurationLoader {
  /// Loads a configuration.
  ///
  /// - Parameters:
  ///   - path: the file, absolute or relative to the current folder; diagnostics name it as given.
  ///   - overrides: what stands after each `--set`: `train.epochs=3`, `model.layers.0.dense.units=5`;
  ///     later ones win. Relative paths in them start from the file's folder, as in the file.
  /// - Returns: a map without the key `extends`. Each value knows the file and line, or the argument,
  ///   that it comes from.
  /// - Throws: ``OptionsError`` where a file cannot be read, or is no YAML map, files extend each other
  ///   in a circle, or an override does not fit; of overrides every one that does not.
  package static func load(
    path: String, overrides: [String] = []
  ) throws(OptionsError) -> OptionValue {
    var configuration = try file(path, namedAt: nil, chain: [])
    let folder = Paths.folder(of: Paths.absolute(path))
    let diagnostics = Diagnostics()
    for text in overrides {
      do throws(OptionsError) {
        configuration = try Override(text, folder: folder).applied(to: configuration)
      } catch {
        error.problems.forEach(diagnostics.report)
      }
    }
    try diagnostics.throwIfAny()
    return configuration
  }

  /// A file on the way from the configuration to what it extends.
  private struct Link {
    var name: String
    var identity: TextFile.Identity
  }

  /// Reads a file and what it extends.
  private static func file(
    _ path: String, namedAt mark: SourceMark?, chain: [Link]
  ) throws(OptionsError) -> OptionValue {
    let file: TextFile
    do throws(TextFile.Failure) {
      file = try TextFile(path)
    } catch {
      throw OptionsError(problems: [
        UnreadableFile(path: path, failure: error).diagnostic(at: mark)
      ])
    }
    let chain = chain + [Link(name: path, identity: file.identity)]
    if let first = chain.dropLast().firstIndex(where: { $0.identity == file.identity }) {
      let circle = chain[first...].map(\.name).joined(separator: " → ")
      throw OptionsError(problems: [
        Diagnostic(
          "files extend each other in a circle: \(circle)", at: mark,
          hint: "remove one `extends`")
      ])
    }
    let folder = Paths.folder(of: Paths.absolute(path))
    let value = try YAMLParser.parse(bytes: file.bytes, name: path, folder: folder)
    return try extended(value, path: path, chain: chain)
  }

  /// Merges a file's tree into that of the file it extends.
  private static func extended(
    _ value: OptionValue, path: String, chain: [Link]
  ) throws(OptionsError) -> OptionValue {
    let entries: [OptionEntry]
    switch value.content {
    case .map(let map): entries = map
    case .null: entries = []
    default:
      throw OptionsError(problems: [
        Diagnostic(
          "a configuration is a map of options, found \(value.kindDescription)", at: value.mark,
          hint: "begin with `name: …`, `model: …` in the first column")
      ])
    }
    let own = OptionValue(.map(entries.filter { $0.key != "extends" }), mark: value.mark)
    guard let extends = value["extends"] else { return own }
    switch extends.content {
    case .null: return own
    case .scalar(let text, _):
      let base = try file(
        Paths.join(Paths.folder(of: path), text), namedAt: extends.mark, chain: chain)
      return OptionMerge.configuration(base, extendedBy: own)
    case .list, .map:
      throw OptionsError(problems: [
        Diagnostic(
          "`extends` takes the path of one file, found \(extends.kindDescription)",
          at: extends.mark)
      ])
    }
  }
}
