import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// How a job ended and what it said.
struct JobResult {
  /// The exit code; 128 and the signal's number for a job that a signal ended.
  let exitCode: Int32
  /// What it wrote to its standard output.
  let output: String
  /// What it wrote to its standard error output.
  let errors: String

  /// Everything, for the comment of a failed expectation.
  var text: String { "exit code \(exitCode)\n\(output.suffix(3000))\(errors.suffix(3000))" }

  /// The hash that `train --hash` printed as its last line.
  func weights(sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
    let last = output.split(separator: "\n").last.map(String.init) ?? ""
    let parts = last.split(separator: " ")
    try #require(
      exitCode == 0 && parts.count == 2 && parts[0] == "weights", "\(text)",
      sourceLocation: sourceLocation)
    return String(parts[1])
  }

  /// Expects an exit code, and an error text with some pieces, the first of them once.
  func expectFailure(
    _ code: Int32, saying pieces: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(exitCode == code, "\(text)", sourceLocation: sourceLocation)
    for (index, piece) in pieces.enumerated() {
      let count = errors.components(separatedBy: piece).count - 1
      #expect(
        index == 0 ? count == 1 : count > 0, "`\(piece)`\n\(text)", sourceLocation: sourceLocation)
    }
  }
}

/// A running job: the product alone, under `mpirun`, or a script that starts it.
final class Job {
  private let process = Process()
  private let records: TemporaryFolder
  /// Where the ranks share memory: what a killed `mpirun` leaves there goes with the job.
  private let memory: TemporaryFolder
  private let limit: Date

  /// Starts the product.
  ///
  /// - Parameters:
  ///   - arguments: Its command line.
  ///   - ranks: The number of ranks that `mpirun` starts; nil runs it alone.
  ///   - limit: Seconds after which it is killed and the test fails.
  /// - Throws: What Foundation throws where it does not start.
  convenience init(_ arguments: [String], ranks: Int? = nil, limit: Double = 120) throws {
    var line = [Machine.product] + arguments
    if let ranks {
      line =
        [try #require(Machine.mpirun), "-q", "-n", "\(ranks)", "--bind-to", "none"]
        + ["--oversubscribe"] + line
    }
    try self.init(commandLine: line, limit: limit)
  }

  /// Starts a command line whose first word is a path.
  init(commandLine: [String], limit: Double = 120) throws {
    records = try TemporaryFolder()
    memory = try TemporaryFolder(inMemory: true)
    self.limit = Date().addingTimeInterval(limit)
    // The threads of tests block signals, and what they start would inherit that.
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["--default-signal=INT,TERM"] + commandLine
    process.environment = Machine.jobEnvironment.merging(
      ["OMPI_MCA_btl_vader_backing_directory": memory.path]) { $1 }
    process.currentDirectoryURL = URL(fileURLWithPath: RepositoryFiles.root)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try Self.newFile(records.file("output"))
    process.standardError = try Self.newFile(records.file("errors"))
    try process.run()
  }

  var isRunning: Bool { process.isRunning }

  /// The processes that train: the ranks of `mpirun`, or the product alone.
  var ranks: [Int32] {
    let below = descendants
    return below.isEmpty ? [process.processIdentifier] : below
  }

  /// The processes below this one: the ranks of `mpirun`.
  var descendants: [Int32] { Self.descendants(of: process.processIdentifier) }

  /// Waits for the end; at the limit everything is killed, and the test fails.
  func wait(sourceLocation: SourceLocation = #_sourceLocation) -> JobResult {
    while process.isRunning {
      if Date() > limit {
        killAll()
        process.waitUntilExit()
        Issue.record("the job hung\n\(result.text)", sourceLocation: sourceLocation)
        break
      }
      usleep(2000)
    }
    return result
  }

  /// Kills the whole job at once, as a power cut would.
  func killAll() {
    let ranks = descendants
    kill(process.processIdentifier, SIGKILL)
    for rank in ranks { kill(rank, SIGKILL) }
    while !ranks.allSatisfy({ Self.isGone($0) }) { usleep(1000) }
  }

  /// Sends a signal to a rank, however it was started.
  func send(_ signal: Int32, toRank rank: Int) throws {
    let ranks = descendants.filter { pid in
      let line = try? String(contentsOfFile: "/proc/\(pid)/environ", encoding: .utf8)
      return line?.contains("OMPI_COMM_WORLD_RANK=\(rank)\0") == true
    }
    kill(try #require(ranks.first), signal)
  }

  /// Sends a signal to the process that was started.
  func send(_ signal: Int32) {
    kill(process.processIdentifier, signal)
  }

  /// Waits until something is so, or the job ends.
  ///
  /// - Returns: Whether it became so while the job ran.
  func wait(until condition: () -> Bool) -> Bool {
    while process.isRunning, Date() < limit {
      if condition() { return true }
      usleep(500)
    }
    return false
  }

  private var result: JobResult {
    let status = process.terminationStatus
    return JobResult(
      exitCode: process.terminationReason == .uncaughtSignal ? 128 + status : status,
      output: (try? String(contentsOfFile: records.file("output"), encoding: .utf8)) ?? "",
      errors: (try? String(contentsOfFile: records.file("errors"), encoding: .utf8)) ?? "")
  }

  private static func newFile(_ path: String) throws -> FileHandle {
    try Data().write(to: URL(fileURLWithPath: path))
    return try #require(FileHandle(forWritingAtPath: path))
  }

  private static func descendants(of pid: Int32) -> [Int32] {
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
    let children = tasks.flatMap { task -> [Int32] in
      let text = try? String(contentsOfFile: "/proc/\(pid)/task/\(task)/children", encoding: .utf8)
      return (text ?? "").split(separator: " ").compactMap { Int32($0) }
    }
    return children + children.flatMap { descendants(of: $0) }
  }

  /// Whether a process has ended; one that nobody has waited for yet counts as ended.
  private static func isGone(_ pid: Int32) -> Bool {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let end = stat.lastIndex(of: ")")
    else { return true }
    return stat[end...].dropFirst(2).first == "Z"
  }
}

/// Runs the product to its end.
func run(
  _ arguments: [String], ranks: Int? = nil, limit: Double = 120,
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> JobResult {
  try Job(arguments, ranks: ranks, limit: limit).wait(sourceLocation: sourceLocation)
}
