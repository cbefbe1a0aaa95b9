import Foundation
import JSONText
import TestSupport
import Testing

/// A folder in which one run is trained, killed and gone on with.
final class TrainingFolder {
  private let folder: TemporaryFolder
  private let configuration: String
  private let changes: [String]

  /// Prepares runs of a configuration.
  ///
  /// - Parameters:
  ///   - configuration: A file of this repository, or an absolute path.
  ///   - changes: Values to set, `key=value`.
  ///   - inMemory: Whether the run may lie on a file system in memory.
  /// - Throws: What Foundation throws where no folder can be made.
  init(_ configuration: String, _ changes: [String] = [], inMemory: Bool = false) throws {
    folder = try TemporaryFolder(inMemory: inMemory)
    self.configuration =
      configuration.hasPrefix("/") ? configuration : RepositoryFiles.path(configuration)
    self.changes = changes
  }

  /// Starts `train --hash`; more arguments may follow.
  func start(ranks: Int? = nil, _ more: [String] = [], limit: Double = 120) throws -> Job {
    try Job(arguments(more), ranks: ranks, limit: limit)
  }

  /// Runs `train --hash` to its end.
  func train(
    ranks: Int? = nil, _ more: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> JobResult {
    try start(ranks: ranks, more).wait(sourceLocation: sourceLocation)
  }

  /// The command line of `train --hash`.
  func arguments(_ more: [String] = []) -> [String] {
    ["train", "-c", configuration, "--out", folder.path, "--hash"]
      + changes.flatMap { ["--set", $0] } + more
  }

  /// The one run folder; nil while there is none.
  var run: String? {
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    return names?.max().map { "\(folder.path)/\($0)" }
  }

  /// Whether the run has made its first steps.
  var isTraining: Bool {
    let text = try? String(contentsOfFile: (run ?? "") + "/metrics.jsonl", encoding: .utf8)
    return text?.isEmpty == false
  }

  /// The argument that goes on with the run.
  func resume() throws -> String { "--resume=\(try #require(run))" }

  /// The names in the run's folder of checkpoints.
  var checkpointNames: [String] {
    let path = (run ?? "") + "/checkpoints"
    return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  /// The steps of the checkpoints, ascending.
  var checkpointSteps: [Int] {
    checkpointNames.compactMap { $0.hasPrefix("step-") ? Int($0.dropFirst(5)) : nil }.sorted()
  }

  /// The path of a checkpoint's file.
  func checkpoint(_ step: Int, _ file: String) throws -> String {
    "\(try #require(run))/checkpoints/\(Self.name(step))/\(file)"
  }

  /// The name of a step's checkpoint.
  static func name(_ step: Int) -> String {
    let digits = String(step)
    return "step-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }

  /// The run's record.
  func record() throws -> JSONValue {
    try JSONValue.parse(String(contentsOfFile: #require(run) + "/run.json", encoding: .utf8))
  }

  /// How the run's record says that its last launch ended.
  func status() throws -> String? { try record()["status"]?.string }

  /// The records of validation and test, without the time.
  func evaluations() throws -> [[String]] {
    try metrics().filter { $0["split"]?.string?.hasPrefix("train") == false }.map { record in
      record.members.filter { $0.key != "wall" }.map { "\($0.key) \($0.value)" }
    }
  }

  /// All records of the run's curves; each line has to be one.
  func metrics() throws -> [JSONObject] {
    let text = try String(contentsOfFile: #require(run) + "/metrics.jsonl", encoding: .utf8)
    return try text.split(separator: "\n").map { line in
      try #require(try JSONValue.parse(String(line)).object)
    }
  }
}
