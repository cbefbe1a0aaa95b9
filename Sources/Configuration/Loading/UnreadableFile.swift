import Options

/// A configuration file that cannot be read, with what may have been meant.
struct UnreadableFile {
  /// The path as it was written.
  let path: String
  /// Why it cannot be read.
  let failure: TextFile.Failure

  /// The diagnostic; `mark` is where the path was written, nil for the command line.
  func diagnostic(at mark: SourceMark?) -> Diagnostic {
    let absolute = Paths.absolute(path)
    switch failure {
    case .missing:
      return Diagnostic("there is no file \(absolute)", at: mark, hint: hintForMissing(absolute))
    case .isFolder:
      let files = configurations(in: absolute)
      return Diagnostic(
        "\(absolute) is a folder, not a configuration file", at: mark,
        hint: files.isEmpty ? nil : "it holds " + files.joined(separator: ", "))
    case .isSpecial:
      return Diagnostic(
        "\(absolute) is a device or a pipe, not a configuration file", at: mark,
        hint: "write the configuration into a file: its `extends` and data paths need a folder")
    case .tooLarge:
      let mebibytes = TextFile.maximumByteCount >> 20
      return Diagnostic(
        "\(absolute) is larger than \(mebibytes) MiB", at: mark,
        hint: "is it a configuration, or data?")
    case .system(let reason):
      return Diagnostic("\(absolute) cannot be read: \(reason)", at: mark)
    }
  }

  /// Names near ones of the folder, or its configurations, or the part of the path that is missing.
  private func hintForMissing(_ absolute: String) -> String {
    let folder = Paths.folder(of: absolute)
    guard let names = Paths.names(in: folder) else {
      return "there is no folder \(folder) either"
    }
    let name = Paths.name(of: absolute)
    // The extension is no part of what was misspelt, or it alone is.
    let stem = Self.stem(name)
    let near =
      names.first { Self.isConfiguration($0) && Self.stem($0) == stem }
      ?? Suggestion.nearest(to: name, among: names)
    if let near { return "did you mean `\(Paths.join(Paths.folder(of: path), near))`?" }
    let files = configurations(in: folder)
    return files.isEmpty
      ? "the folder \(folder) holds no configuration"
      : "the folder holds " + files.joined(separator: ", ")
  }

  /// The first few YAML files of a folder.
  private func configurations(in folder: String) -> [String] {
    let shown = 8
    let files = (Paths.names(in: folder) ?? []).filter(Self.isConfiguration)
    return files.count > shown ? files.prefix(shown) + ["…"] : files
  }

  private static func isConfiguration(_ name: String) -> Bool {
    name.hasSuffix(".yaml") || name.hasSuffix(".yml")
  }

  private static func stem(_ name: String) -> Substring {
    name.lastIndex(of: ".").map { name[..<$0] } ?? name[...]
  }
}
