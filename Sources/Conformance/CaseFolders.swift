internal import Glibc
package import Options

/// Finds reference cases on the disk.
package enum CaseFolders {
  /// The names of the folders that hold a case, sorted.
  ///
  /// - Throws: `Diagnostic` where the folder cannot be read or holds no case.
  package static func names(in folder: String) throws(Diagnostic) -> [String] {
    guard let directory = unsafe opendir(folder) else {
      throw Diagnostic(
        "cannot read the folder \(folder)", hint: unsafe String(cString: strerror(errno)))
    }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if unsafe access("\(folder)/\(name)/case.yaml", R_OK) == 0 { names.append(name) }
    }
    if names.isEmpty {
      throw Diagnostic("no case below \(folder)", hint: "a case is a folder with case.yaml")
    }
    return names.sorted()
  }
}
