import Foundation
import JSONText
import StudyRecords
import TestSupport
import Testing

/// A folder in which one study is run, killed and gone on with.
final class SweepFolder {
  private let folder: TemporaryFolder
  private let configuration: String
  private let changes: [String]

  /// Prepares a study of a configuration.
  ///
  /// - Parameters:
  ///   - configuration: A file of this repository, or an absolute path.
  ///   - changes: Values to set, `key=value`.
  /// - Throws: What Foundation throws where no folder can be made.
  init(_ configuration: String = "configs/sweep-digits.yaml", changes: [String] = []) throws {
    folder = try TemporaryFolder(inMemory: true)
    self.configuration =
      configuration.hasPrefix("/") ? configuration : RepositoryFiles.path(configuration)
    self.changes = changes
  }

  /// The command line of `sweep`; more arguments may follow.
  func arguments(_ more: [String] = []) -> [String] {
    ["sweep", "-c", configuration, "--out", folder.path]
      + changes.flatMap { ["--set", $0] } + more
  }

  /// Starts the study.
  func start(ranks: Int? = nil, _ more: [String] = [], limit: Double = 120) throws -> Job {
    try Job(arguments(more), ranks: ranks, limit: limit)
  }

  /// Runs the study to its end.
  @discardableResult
  func sweep(
    ranks: Int? = nil, _ more: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> JobResult {
    let result = try start(ranks: ranks, more).wait(sourceLocation: sourceLocation)
    #expect(result.exitCode == 0, "\(result.text)", sourceLocation: sourceLocation)
    return result
  }

  /// The one study's folder; nil while there is none.
  var studyPath: String? {
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    return names?.filter { !$0.hasPrefix(".") }.max().map { "\(folder.path)/\($0)" }
  }

  /// The one study's folder.
  var study: String {
    get throws { try #require(studyPath) }
  }

  /// How many jobs have a result, as readers of the records see it while the study runs; 0 while there is no study.
  var jobsDone: Int {
    studyPath.map(Self.jobsDone) ?? 0
  }

  /// How many jobs of a study have a result; 0 while its records cannot be read.
  ///
  /// Asked again and again while a study runs, so it starts no process.
  static func jobsDone(in study: String) -> Int {
    (try? StudySnapshot("\(study)/study.db"))?.finishedJobs ?? 0
  }

  /// The argument that goes on with the study.
  func resume() throws -> String { "--resume=\(try study)" }

  /// The trials that have something on the disk.
  var keptTrials: [Int] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: study + "/trials").compactMap { Int($0) }
        .sorted()
    }
  }

  /// What `sweep export` tells of the study.
  func export() throws -> JSONObject {
    let result = try run(["sweep", "export", study, "--format", "json"])
    return try #require(try JSONValue.parse(result.output).object, "\(result.text)")
  }

  /// Everything of the study that must not depend on where and how it ran: the trials' states, parameters and all their
  /// values to the bit, and the best one.
  func outcome() throws -> [String] {
    let study = try export()
    let timely = ["seconds", "attempts", "started", "ended", "steps"]
    let trials = try study.array("trials").map { trial in
      try #require(trial.object).members.filter { !timely.contains($0.key) }
        .map { "\($0.key) \($0.value.text())" }.joined(separator: " ")
    }
    return trials + ["best \(try study.required("best").text())"]
  }

  /// How many trials are in a state.
  func count(of state: String) throws -> Int {
    try export().array("trials").count { $0["state"]?.string == state }
  }
}
