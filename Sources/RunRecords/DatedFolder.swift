package import DurableFiles

/// Folders whose names begin with the time at which they were made, so that names sort by age.
package enum DatedFolder {
  /// Makes a new folder `<root>/<yyyyMMdd-HHmmss>-<name>`; where that name is taken, `-2`, `-3` and
  /// so on are added.
  ///
  /// - Parameters:
  ///   - root: The folder of all of them, made where it is missing.
  ///   - name: What it is called; what does not fit a file name becomes `-`.
  ///   - time: When it is made.
  ///   - isLocal: Whether the name shows the local time; UTC otherwise.
  ///   - fileSystem: Makes the changes to the disk.
  /// - Returns: The path of the folder, which is empty.
  /// - Throws: ``FileError``.
  package static func create(
    root: String, name: String, at time: WallTime, isLocal: Bool, fileSystem: FileSystem
  ) throws(FileError) -> String {
    let base = FilePath.join(root, "\(time.stamp(isLocal: isLocal))-\(fileName(for: name))")
    try fileSystem.createFolders(root)
    var attempt = 1
    while true {
      let path = attempt == 1 ? base : "\(base)-\(attempt)"
      do throws(FileError) {
        // Fails where anything of that name exists, also when another run takes it right now.
        try fileSystem.createFolder(path)
        try fileSystem.synchronizeFolder(root)
        return path
      } catch {
        if !error.isTaken { throw error }
        attempt += 1
      }
    }
  }

  /// A name that every file system takes and no shell trips over, at most 80 characters.
  package static func fileName(for name: String) -> String {
    let allowed = name.unicodeScalars.map { scalar -> Character in
      let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || "0"..."9" ~= scalar)
      return isPlain || scalar == "." || scalar == "_" ? Character(scalar) : "-"
    }
    let trimmed = allowed.drop { $0 == "-" || $0 == "." }.prefix(80)
    return trimmed.isEmpty ? "run" : String(trimmed)
  }
}
