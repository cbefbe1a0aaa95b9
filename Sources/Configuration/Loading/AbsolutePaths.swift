package import Options

/// Makes the paths in a configuration independent of the folder that it lies in.
///
/// The copy of a configuration in a run folder must run as it is, while relative paths start from the
/// folder of the file they were written in, which may be another one for each of them.
package enum AbsolutePaths {
  /// The configuration with absolute paths.
  ///
  /// - Parameters:
  ///   - configuration: a tree whose places are known.
  ///   - keyPaths: where paths are, such as `data.train.images`; `*` is any key or entry of a list.
  ///     Places that are absent or hold no text are left alone.
  /// - Returns: the same tree with those texts replaced.
  package static func resolved(
    _ configuration: OptionValue, at keyPaths: [String]
  ) -> OptionValue {
    keyPaths.reduce(configuration) { resolved($0, at: $1.split(separator: ".")[...]) }
  }

  private static func resolved(
    _ value: OptionValue, at path: ArraySlice<Substring>
  ) -> OptionValue {
    var value = value
    switch value.content {
    case .map(let entries):
      guard let name = path.first else { break }
      value.content = .map(
        entries.map { entry in
          guard name == "*" || name == entry.key else { return entry }
          var entry = entry
          entry.value = resolved(entry.value, at: path.dropFirst())
          return entry
        })
    case .list(let items):
      if path.first == "*" {
        value.content = .list(items.map { resolved($0, at: path.dropFirst()) })
      }
    case .scalar(_, let isQuoted):
      if path.isEmpty, let absolute = value.absolutePath {
        value.content = .scalar(absolute, isQuoted: isQuoted)
      }
    case .null: break
    }
    return value
  }
}
