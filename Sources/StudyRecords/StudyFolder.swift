package import DurableFiles
package import RunRecords

/// The folder that holds all that a study writes: `sweeps/20261121-014500-digits`.
package struct StudyFolder: Sendable, Equatable {
  /// Where the folder is.
  package let path: String

  /// The records, for ``StudyStore`` and ``StudySnapshot``: `study.db`.
  package var recordsPath: String { FilePath.join(path, Self.recordsName) }
  /// The training configuration of the best trial, ready to run: `best.yaml`.
  package var bestPath: String { FilePath.join(path, "best.yaml") }
  /// The study as a page: `report.html`.
  package var reportPath: String { FilePath.join(path, "report.html") }
  /// The folder of what trials keep, their checkpoints above all: `trials`.
  package var trialsPath: String { FilePath.join(path, "trials") }

  /// The folder of all studies, unless another is named.
  package static let root = "sweeps"
  private static let recordsName = "study.db"

  private init(path: String) {
    self.path = path
  }

  /// Makes a new folder `<root>/<yyyyMMdd-HHmmss>-<name>`, as runs do.
  ///
  /// - Parameters:
  ///   - root: The folder of all studies, made where it is missing.
  ///   - name: The study's name; what does not fit a file name becomes `-`.
  ///   - time: When the study starts.
  ///   - isLocal: Whether the name shows the local time; UTC otherwise.
  ///   - fileSystem: Makes the changes to the disk.
  /// - Returns: The folder, which is empty.
  /// - Throws: ``StudyRecordsError/file(_:)``.
  package static func create(
    root: String = StudyFolder.root, name: String, at time: WallTime = .now, isLocal: Bool = true,
    fileSystem: FileSystem = FileSystem()
  ) throws(StudyRecordsError) -> StudyFolder {
    do throws(FileError) {
      let path = try DatedFolder.create(
        root: root, name: name, at: time, isLocal: isLocal, fileSystem: fileSystem)
      return StudyFolder(path: path)
    } catch {
      throw .file(error)
    }
  }

  /// Opens the folder of an earlier study.
  ///
  /// - Throws: ``StudyRecordsError/notAStudy(path:reason:)``.
  package static func open(
    _ path: String, fileSystem: FileSystem = FileSystem()
  ) throws(StudyRecordsError) -> StudyFolder {
    let folder = StudyFolder(path: path)
    if fileSystem.kind(of: path) == nil {
      throw .notAStudy(path: path, reason: "it does not exist")
    }
    if fileSystem.kind(of: folder.recordsPath) == nil {
      throw .notAStudy(path: path, reason: "it has no \(recordsName)")
    }
    return folder
  }

  /// Opens the study whose folder's name is the last one, which was made last.
  ///
  /// - Parameters:
  ///   - root: The folder of all studies.
  ///   - fileSystem: Reads the disk.
  /// - Returns: The folder.
  /// - Throws: ``StudyRecordsError/notAStudy(path:reason:)`` where there is none.
  package static func newest(
    in root: String = StudyFolder.root, fileSystem: FileSystem = FileSystem()
  ) throws(StudyRecordsError) -> StudyFolder {
    let names: [String]
    do throws(FileError) {
      names = try fileSystem.names(in: root)
    } catch {
      if error.isMissing { throw .notAStudy(path: root, reason: "it does not exist") }
      throw .file(error)
    }
    let folders = names.map { StudyFolder(path: FilePath.join(root, $0)) }
    guard let newest = folders.last(where: { fileSystem.kind(of: $0.recordsPath) == .file }) else {
      throw .notAStudy(path: root, reason: "no folder in it has a \(recordsName)")
    }
    return newest
  }
}
