import Foundation
import Testing

@testable import DataParallelism
@testable import MessagePassing

/// What a launched job said and how it ended.
private struct JobResult {
  let exitCode: Int32
  let output: String
}

/// Runs tests of this very bundle as several ranks.
private func launch(ranks: Int, filter: String, environment: [String: String] = [:]) throws
  -> JobResult
{
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments =
    [
      "timeout", "300", "mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none",
      "-n", String(ranks),
    ]
    + [
      try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
      "--testing-library", "swift-testing", "--no-parallel", "--filter", filter,
    ]
  process.environment = TestWorld.environment.merging(environment) { $1 }
  let pipe = Pipe()
  process.standardOutput = pipe
  process.standardError = pipe
  try process.run()
  let data = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return JobResult(
    exitCode: process.terminationStatus, output: String(decoding: data, as: UTF8.self))
}

private let canLaunch =
  !TestWorld.isLaunched
  && ["/usr/bin/mpirun", "/usr/local/bin/mpirun"].contains {
    FileManager.default.isExecutableFile(atPath: $0)
  }

/// Starts jobs of several ranks, so that a plain test run covers them too.
@Suite(.serialized, .enabled(if: canLaunch)) struct LaunchTests {
  @Test("the rank tests pass on several ranks", arguments: 2...5)
  func rankTests(ranks: Int) throws {
    let job = try launch(ranks: ranks, filter: "RankTests")
    #expect(job.exitCode == 0, "\(job.output.suffix(4000))")
    // Every rank ran all of it.
    #expect(job.output.components(separatedBy: "Test run with").count >= ranks + 1)
  }

  @Test("a killed rank ends the job, and a survivor names rank, step and phase")
  func killedRank() throws {
    let job = try launch(
      ranks: 3, filter: "VictimTests", environment: ["LOCKSTEP_TEST_VICTIM": "kill"])
    #expect(job.exitCode != 0)
    #expect(job.output.contains("rank 1 (pid "), "\(job.output)")
    #expect(
      job.output.contains(") died at step 4 while in backward; ranks 0, 2 waited for it"),
      "\(job.output)")
    #expect(job.output.components(separatedBy: "died at step").count == 2, "told once")
  }

  @Test("a rank that fails ends the job with its exit code, and only it reports")
  func failedRank() throws {
    let job = try launch(
      ranks: 3, filter: "VictimTests", environment: ["LOCKSTEP_TEST_VICTIM": "throw"])
    #expect(job.exitCode == 4)
    #expect(job.output.contains("error[rank 1 host "), "\(job.output)")
    #expect(job.output.components(separatedBy: "error[rank").count == 2, "\(job.output)")
  }

  @Test("a rank that sends nothing within the time limit is named")
  func stalledRank() throws {
    let job = try launch(
      ranks: 3, filter: "VictimTests", environment: ["LOCKSTEP_TEST_VICTIM": "stall"])
    #expect(job.exitCode == 5)
    #expect(job.output.contains("waiting 1 s for rank 1 failed: no message"), "\(job.output)")
  }

  @Test("a rank that does not come to the first meeting is named, and the job ends")
  func lateRank() throws {
    let job = try launch(
      ranks: 3, filter: "VictimTests", environment: ["LOCKSTEP_TEST_VICTIM": "late"])
    #expect(job.exitCode == 5)
    #expect(job.output.contains("warning: rank 1 (host "), "\(job.output)")
    #expect(job.output.contains(") has been silent for 2 s ("), "\(job.output)")
    #expect(job.output.contains("cannot be seen from here); rank 0 waits"), "\(job.output)")
  }

  @Test("an error of all ranks is shown once, and ends the job in good order")
  func agreedError() throws {
    let job = try launch(
      ranks: 3, filter: "VictimTests", environment: ["LOCKSTEP_TEST_VICTIM": "agree"])
    #expect(job.exitCode == 2)
    #expect(job.output.components(separatedBy: "error: all of us").count == 2, "\(job.output)")
    #expect(!job.output.contains("MPI_ABORT"), "\(job.output)")
  }
}
