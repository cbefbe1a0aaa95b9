import Configuration
import Datasets
import Foundation
import Networks
import Operators
import Optimizers
import TestSupport
import Testing
import Training

/// The example of the README, line by line.
private func example() throws -> TrainingResult {
  let parts = DataParts(train: "configs/data/digits.csv.gz", test: .heldOut(HeldOut(fraction: 0.2)))
  let columns = TableColumns(target: "digit", task: .classification)
  let data = try DataSpec(source: .csv(parts, columns: columns), normalize: .minMax).load(seed: 1)
  let model = Sequential {
    Dense(64, activation: .relu)
    Dropout(0.1)
    Dense(10)
  }
  let settings = TrainSettings(length: .epochs(15), globalBatch: 32, shards: 4)
  let result = try Trainer(model, data: data, optimizer: Adam(), settings: settings).run()
  return result
}

private let runsInRoot = FileManager.default.currentDirectoryPath == RepositoryFiles.root

@Suite("The README's Swift example", .serialized)
struct SwiftExampleTests {
  @Test("trains", .enabled(if: runsInRoot, "its path is relative to the repository"))
  func trains() throws {
    let accuracy = try #require(try example().test).accuracy
    #expect((0.92...0.99).contains(accuracy))
  }

  @Test("is the code that is tested here")
  func same() throws {
    func lines(_ path: String) throws -> [Substring] {
      try String(contentsOfFile: RepositoryFiles.path(path), encoding: .utf8)
        .split(separator: "\n", omittingEmptySubsequences: false)
    }
    let own = try lines("Tests/TrainingTests/SwiftExampleTests.swift")
    let start = try #require(own.firstIndex { $0.hasPrefix("private func example") })
    let end = try #require(own[start...].firstIndex { $0.contains("return result") })
    let code = own[(start + 1)..<end].map { $0.dropFirst(2) }
    let readme = try lines("README.md").joined(separator: "\n")
    #expect(code.count > 8)
    #expect(readme.contains(code.joined(separator: "\n")))
  }
}
