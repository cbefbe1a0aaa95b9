import FoundationEssentials

/// A fresh empty folder that is removed, with all that is in it, when the last reference goes.
public final class TemporaryFolder: Sendable {
  /// Where it is, without a trailing slash.
  public let path: String

  /// Makes a folder.
  ///
  /// - Parameter inMemory: Whether it may lie on a file system in memory, which spares tests that
  ///   force hundreds of files to the disk the waiting.
  /// - Throws: What Foundation throws where it cannot be made.
  public init(inMemory: Bool = false) throws {
    let files = FileManager.default
    let memory = "/dev/shm"
    let base =
      inMemory && files.isWritableFile(atPath: memory)
      ? memory : files.temporaryDirectory.path
    path = "\(base)/lockstep-test-\(UUID().uuidString)"
    try files.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    // What cannot be removed is in the system's folder for temporary files.
    try? FileManager.default.removeItem(atPath: path)
  }

  /// A path inside the folder; nothing is made there.
  public func file(_ name: String) -> String { "\(path)/\(name)" }
}
