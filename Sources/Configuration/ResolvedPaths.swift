internal import Glibc
internal import Options

/// Makes the data paths of a configuration absolute, so that a copy of it runs from any folder.
enum ResolvedPaths {
  /// The same tree with absolute paths in its `data` section.
  ///
  /// - Parameters:
  ///   - tree: a whole configuration.
  ///   - directory: the folder that relative paths start from.
  static func absolute(_ tree: OptionValue, directory: String) -> OptionValue {
    edit(tree, keys: ["data"]) { data in
      edit(data, keys: ["train", "validation", "test"]) { part in
        if case .map = part.content {
          return edit(part, keys: ["images", "labels"]) { absolutePath($0, directory) }
        }
        return absolutePath(part, directory)
      }
    }
  }

  /// The same mapping with the values of some keys changed; anything else stays as it is.
  private static func edit(
    _ value: OptionValue, keys: [String], _ change: (OptionValue) -> OptionValue
  ) -> OptionValue {
    guard case .map(let entries) = value.content else { return value }
    var changed = value
    changed.content = .map(
      entries.map { entry in
        guard keys.contains(entry.key) else { return entry }
        var entry = entry
        entry.value = change(entry.value)
        return entry
      })
    return changed
  }

  private static func absolutePath(_ value: OptionValue, _ directory: String) -> OptionValue {
    guard case .scalar(let path, _) = value.content, !path.hasPrefix("/") else { return value }
    let folder = unsafe realpath(directory, nil)
    defer { unsafe free(folder) }
    guard let folder = unsafe folder else { return value }
    var changed = value
    changed.content = .scalar(unsafe String(cString: folder) + "/" + path, isQuoted: false)
    return changed
  }
}
