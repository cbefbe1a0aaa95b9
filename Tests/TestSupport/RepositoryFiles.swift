import Foundation

/// Files of this repository, for tests that run the product or read shipped data.
public enum RepositoryFiles {
  /// The repository's root.
  public static let root: String = {
    let here = URL(fileURLWithPath: #filePath)
    return here.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
  }()

  /// The absolute path of a file of the repository.
  public static func path(_ relative: String) -> String { "\(root)/\(relative)" }

  /// The names of the folders in a folder, sorted.
  public static func folders(in relative: String) -> [String] {
    let folder = path(relative)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    var isFolder: ObjCBool = false
    return names.filter {
      unsafe FileManager.default.fileExists(atPath: "\(folder)/\($0)", isDirectory: &isFolder)
        && isFolder.boolValue
    }.sorted()
  }
}
