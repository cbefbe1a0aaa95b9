package import DurableFiles
internal import JSONText

/// How a run, or one launch of it, stands.
package enum RunStatus: String, Sendable, CaseIterable {
  /// It is running, or was killed without a chance to say so.
  case running
  /// It reached its end.
  case finished
  /// It ended by an error.
  case failed
  /// It was stopped by a signal, after writing a checkpoint.
  case interrupted
}

/// A name and a text, in an order that matters to people.
package struct NamedText: Sendable, Equatable {
  /// The name.
  package let name: String
  /// The text.
  package let text: String

  /// Names a text.
  package init(_ name: String, _ text: String) {
    self.name = name
    self.text = text
  }
}

/// What checkpoints cost the training of a launch.
package struct CheckpointCost: Sendable, Equatable {
  /// Checkpoints that were written.
  package let count: Int
  /// Seconds for which training stood still for them.
  package let pauseSeconds: Double
  /// The longest such pause in seconds.
  package let longestPauseSeconds: Double
  /// The pauses' share of the launch.
  package let pauseShare: Double

  /// Collects the figures.
  package init(
    count: Int, pauseSeconds: Double, longestPauseSeconds: Double, pauseShare: Double
  ) {
    self.count = count
    self.pauseSeconds = pauseSeconds
    self.longestPauseSeconds = longestPauseSeconds
    self.pauseShare = pauseShare
  }
}

/// One start of the program on a run: the first, or a resumption on perhaps other hosts.
package struct RunLaunch: Sendable, Equatable {
  /// How it stands.
  package var status = RunStatus.running
  /// When it started.
  package let started: WallTime
  /// When it ended; nil while it runs.
  package var ended: WallTime?
  /// Why it ended: `all 20 epochs done`, the text of an error, the name of a signal.
  package var exitReason: String?
  /// What its checkpoints cost; nil until it ends well, and where it wrote none.
  package var checkpoints: CheckpointCost?
  /// The command line.
  package let arguments: [String]
  /// The host of rank 0.
  package let host: String
  /// The number of ranks.
  package let ranks: Int
  /// Threads a rank.
  package let workers: Int
  /// Versions of this program and of the libraries under it.
  package let versions: [NamedText]

  /// Describes a launch that starts.
  package init(
    started: WallTime, arguments: [String], host: String, ranks: Int, workers: Int,
    versions: [NamedText]
  ) {
    self.started = started
    self.arguments = arguments
    self.host = host
    self.ranks = ranks
    self.workers = workers
    self.versions = versions
  }
}

/// What is known of a run: `run.json`.
///
/// The file shows the latest launch at the top, and earlier ones in a list below.
package struct RunRecord: Sendable, Equatable {
  /// The run's name.
  package let name: String
  /// The seed of all random numbers.
  package let seed: UInt64
  /// Fingerprints of the data, by file or part.
  package let data: [NamedText]
  /// The launch that runs or ran last.
  package private(set) var launch: RunLaunch
  /// The launches before it, the first one first.
  package private(set) var earlierLaunches: [RunLaunch]

  /// Describes a run that starts.
  package init(name: String, seed: UInt64, data: [NamedText], launch: RunLaunch) {
    self.init(name: name, seed: seed, data: data, launch: launch, earlierLaunches: [])
  }

  /// Collects a record.
  init(
    name: String, seed: UInt64, data: [NamedText], launch: RunLaunch, earlierLaunches: [RunLaunch]
  ) {
    self.name = name
    self.seed = seed
    self.data = data
    self.launch = launch
    self.earlierLaunches = earlierLaunches
  }

  /// Notes that the run is resumed.
  ///
  /// A former launch that still says `running` was killed, and is noted as interrupted.
  package mutating func resume(_ next: RunLaunch) {
    if launch.status == .running {
      launch.status = .interrupted
      launch.exitReason = "it ended without a word"
    }
    earlierLaunches.append(launch)
    launch = next
  }

  /// Notes what the checkpoints of the latest launch cost.
  package mutating func note(_ checkpoints: CheckpointCost) {
    launch.checkpoints = checkpoints
  }

  /// Notes how the latest launch ended.
  package mutating func end(_ status: RunStatus, reason: String, at time: WallTime = .now) {
    launch.status = status
    launch.exitReason = reason
    launch.ended = time
  }

  /// Writes the record into its folder, replacing the former one in one step.
  ///
  /// - Throws: ``RunRecordsError/file(_:)``; the former record is untouched.
  package func save(
    to folder: RunFolder, fileSystem: FileSystem = FileSystem()
  ) throws(RunRecordsError) {
    do {
      let text = JSONValue.object(json).text(.indented) + "\n"
      try fileSystem.replaceFile(folder.recordPath, with: Array(text.utf8))
    } catch {
      throw .file(error)
    }
  }

  /// Reads the record of a folder.
  ///
  /// - Throws: ``RunRecordsError/file(_:)``, ``RunRecordsError/damaged(path:reason:)``.
  package static func load(
    from folder: RunFolder, fileSystem: FileSystem = FileSystem()
  ) throws(RunRecordsError) -> RunRecord {
    do {
      let value = try JSONValue.parse(fileSystem.read(folder.recordPath))
      guard let object = value.object else { throw JSONError("it is no object") }
      return try RunRecord(json: object)
    } catch let error as FileError {
      throw .file(error)
    } catch {
      throw .damaged(path: folder.recordPath, reason: "\(error)")
    }
  }
}
