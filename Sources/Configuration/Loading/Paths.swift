import Glibc

/// Takes paths apart and puts them together.
package enum Paths {
  /// A path from the root: a relative one starts from the current folder.
  ///
  /// `..` is kept, because what it means depends on symbolic links.
  package static func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return cleaned(path) }
    return cleaned(currentFolder() + "/" + path)
  }

  /// The folder that a path's last component is in; `.` where it has only one.
  package static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last component of a path.
  package static func name(of path: String) -> String {
    String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])
  }

  /// A path that starts from a folder unless it is absolute.
  package static func join(_ folder: String, _ path: String) -> String {
    if path.hasPrefix("./") { return join(folder, String(path.dropFirst(2))) }
    if path.hasPrefix("/") || folder == "." { return path }
    return folder.hasSuffix("/") ? folder + path : folder + "/" + path
  }

  /// The names in a folder, sorted; nil where it cannot be listed.
  package static func names(in folder: String) -> [String]? {
    guard let stream = unsafe opendir(folder) else { return nil }
    defer { unsafe _ = closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        // The system ends the name by a zero within the record.
        unsafe String(cString: UnsafeRawPointer(field).assumingMemoryBound(to: CChar.self))
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Drops empty components and `.`.
  private static func cleaned(_ path: String) -> String {
    "/" + path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }

  private static func currentFolder() -> String {
    guard let path = unsafe getcwd(nil, 0) else { return "" }
    defer { unsafe free(path) }
    return unsafe String(cString: path)
  }
}
