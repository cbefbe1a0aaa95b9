import DurableFiles
import HyperparameterSearch
import TestSupport
import Testing

@testable import StudyExecution

@Suite("What is kept of trials on the disk")
struct TrialFilesTests {
  let folder: TemporaryFolder
  let fileSystem = FileSystem()

  init() throws {
    folder = try TemporaryFolder()
  }

  /// Makes what a process that was killed while it wrote leaves.
  private func makeLeftovers(of trial: Int) throws -> TrialFiles {
    let files = TrialFiles(trial: trial, in: folder.path)
    try fileSystem.createFolders(files.checkpointsPath)
    for link in ["last", "last.tmp-999999"] {
      try fileSystem.createLink(
        FilePath.join(files.checkpointsPath, link), target: "step-000020")
    }
    for name in ["reports.json", "reports.json.tmp-999999"] {
      try fileSystem.replaceFile(FilePath.join(files.path, name), with: [])
    }
    return files
  }

  @Test("what a killed process was writing goes with the rest")
  func leftovers() throws {
    let files = try makeLeftovers(of: 12)
    #expect(FilePath.name(of: files.path) == "00012")
    try files.remove()
    #expect(!files.exist)
  }

  @Test("what somebody else put there stays, and nothing fails")
  func foreign() throws {
    let files = try makeLeftovers(of: 3)
    let note = FilePath.join(files.path, "note.txt")
    try fileSystem.replaceFile(note, with: [1])
    try files.remove()
    #expect(try fileSystem.names(in: files.path) == ["note.txt"])
  }

  @Test("files of trials that may go on and of the best stay, and no others")
  func kept() throws {
    let states: [TrialState] = [
      .completed, .pruned, .failed("a reason"), .paused, .running(until: 2), .completed, .completed,
    ]
    let study = StudyState(
      space: SearchSpace([]), direction: .minimize, seed: 1, fullBudget: 2, trialLimit: 9,
      trials: states.enumerated().map { number, state in
        Trial(
          number: number, assignment: [], state: state,
          reports: [Report(budget: 2, value: Double(10 - number))])
      })
    for number in states.indices { _ = try makeLeftovers(of: number) }
    var kept = try KeptFiles(in: folder.path, keepBest: 2)
    #expect(kept.threshold(in: study) == 5)
    try kept.tidy(study)
    #expect(
      try fileSystem.names(in: folder.path).compactMap { Int($0) }.sorted() == [3, 4, 5, 6])
    #expect(try KeptFiles(in: folder.path, keepBest: 0).threshold(in: study) == nil)
  }
}
