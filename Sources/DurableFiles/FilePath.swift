/// Parts of paths, by their text alone.
package enum FilePath {
  /// The folder that holds a file or folder: `.` for a bare name, `/` for `/`.
  package static func parent(of path: String) -> String {
    let trimmed = withoutTrailingSlashes(path)
    guard let slash = trimmed.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return withoutTrailingSlashes(String(trimmed[..<slash]) + "/")
  }

  /// The last part of a path.
  package static func name(of path: String) -> String {
    let trimmed = withoutTrailingSlashes(path)
    guard let slash = trimmed.utf8.lastIndex(of: UInt8(ascii: "/")) else { return trimmed }
    return String(trimmed[trimmed.utf8.index(after: slash)...])
  }

  /// A name inside a folder.
  package static func join(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  private static func withoutTrailingSlashes(_ path: String) -> String {
    var trimmed = Substring(path)
    while trimmed.utf8.count > 1 && trimmed.hasSuffix("/") { trimmed.removeLast() }
    return String(trimmed)
  }
}
