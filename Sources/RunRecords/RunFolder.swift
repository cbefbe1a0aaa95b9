package import DurableFiles

/// The folder that holds all that one run writes: `runs/20261121-014500-fashion-mnist-cnn`.
///
/// A run makes a new folder and never takes over one that exists; nothing here removes anything.
package struct RunFolder: Sendable, Equatable {
  /// Where the folder is.
  package let path: String

  /// What is known of the run: `run.json`.
  package var recordPath: String { FilePath.join(path, "run.json") }
  /// The configuration with all defaults filled in: `config.yaml`.
  package var configurationPath: String { FilePath.join(path, "config.yaml") }
  /// The curves: `metrics.jsonl`.
  package var metricsPath: String { FilePath.join(path, "metrics.jsonl") }
  /// The folder of checkpoints: `checkpoints`.
  package var checkpointsPath: String { FilePath.join(path, "checkpoints") }

  /// The folder of what each rank did last: `flight`.
  package var flightPath: String { FilePath.join(path, "flight") }

  private init(path: String) {
    self.path = path
  }

  /// Makes a new folder `<root>/<yyyyMMdd-HHmmss>-<name>`; where that name is taken, `-2`, `-3` and
  /// so on are added.
  ///
  /// - Parameters:
  ///   - root: The folder of all runs, made where it is missing.
  ///   - name: The run's name; what does not fit a file name becomes `-`.
  ///   - time: When the run starts.
  ///   - isLocal: Whether the name shows the local time; UTC otherwise.
  ///   - fileSystem: Makes the changes to the disk.
  /// - Returns: The folder, which is empty.
  /// - Throws: ``RunRecordsError/file(_:)``.
  package static func create(
    root: String = "runs", name: String, at time: WallTime = .now, isLocal: Bool = true,
    fileSystem: FileSystem = FileSystem()
  ) throws(RunRecordsError) -> RunFolder {
    do throws(FileError) {
      let path = try DatedFolder.create(
        root: root, name: name, at: time, isLocal: isLocal, fileSystem: fileSystem)
      return RunFolder(path: path)
    } catch {
      throw .file(error)
    }
  }

  /// Opens the folder of an earlier run.
  ///
  /// - Throws: ``RunRecordsError/notARunFolder(path:reason:)``.
  package static func open(
    _ path: String, fileSystem: FileSystem = FileSystem()
  ) throws(RunRecordsError) -> RunFolder {
    let folder = try unfinished(path, fileSystem: fileSystem)
    if fileSystem.kind(of: folder.recordPath) != .file {
      throw .notARunFolder(path: path, reason: "it has no run.json")
    }
    return folder
  }

  /// A folder that perhaps a run made which did not come far.
  ///
  /// - Throws: ``RunRecordsError/notARunFolder(path:reason:)`` where nothing is there.
  package static func unfinished(
    _ path: String, fileSystem: FileSystem = FileSystem()
  ) throws(RunRecordsError) -> RunFolder {
    if fileSystem.kind(of: path) == nil {
      throw .notARunFolder(path: path, reason: "it does not exist")
    }
    return RunFolder(path: path)
  }
}
