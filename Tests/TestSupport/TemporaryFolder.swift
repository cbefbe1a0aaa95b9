import FoundationEssentials

/// A fresh empty folder that is removed, with all that is in it, when the last reference goes.
public final class TemporaryFolder: Sendable {
  /// Where it is, without a trailing slash.
  public let path: String

  /// Makes a folder under the system's folder for temporary files.
  ///
  /// - Throws: What Foundation throws where it cannot be made.
  public init() throws {
    let base = FileManager.default.temporaryDirectory.path
    path = "\(base)/lockstep-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// A path inside the folder; nothing is made there.
  public func file(_ name: String) -> String { "\(path)/\(name)" }
}
