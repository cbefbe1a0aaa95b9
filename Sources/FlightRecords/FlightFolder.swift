package import DurableFiles

/// The records of all ranks of a run: a folder with a file for each.
package struct FlightFolder: Sendable {
  /// The ranks of the last launch that left a record, in order.
  package let rings: [FlightRing]
  /// The ranks of that launch whose records are not here.
  package let missing: [Int]
  /// Files that could not be read, and why.
  package let problems: [String]

  /// The file of a rank: `rank-0000.ring`.
  package static func file(ofRank rank: Int, in folder: String) -> String {
    let digits = String(rank)
    let zeros = String(repeating: "0", count: max(0, 4 - digits.count))
    return FilePath.join(folder, "rank-\(zeros)\(digits).ring")
  }

  /// What one rank records at present.
  ///
  /// - Throws: ``FlightRecordsError/damaged(path:reason:)``, also where there is no file.
  package static func ring(ofRank rank: Int, in folder: String) throws(FlightRecordsError)
    -> FlightRing
  {
    let path = file(ofRank: rank, in: folder)
    let bytes: [UInt8]
    do {
      bytes = try FileSystem().read(path)
    } catch {
      throw .damaged(path: path, reason: "\(error)")
    }
    return try FlightRing(bytes, path: path)
  }

  /// Reads what the ranks of a run's last launch recorded.
  ///
  /// - Throws: ``FlightRecordsError/nothingRecorded(folder:problems:)``.
  package init(_ folder: String, fileSystem: FileSystem = FileSystem()) throws(FlightRecordsError) {
    var rings: [FlightRing] = []
    var problems: [String] = []
    do {
      for name in try fileSystem.names(in: folder) where name.hasSuffix(".ring") {
        let path = FilePath.join(folder, name)
        do {
          rings.append(try FlightRing(try fileSystem.read(path), path: path))
        } catch {
          problems.append("\(error)")
        }
      }
    } catch {
      problems.append("\(error)")
    }
    guard let launch = rings.map(\.launch).max() else {
      throw .nothingRecorded(folder: folder, problems: problems)
    }
    self.init(rings: rings.filter { $0.launch == launch }, problems: problems)
  }

  /// Collects the records of one launch.
  package init(rings: [FlightRing], problems: [String] = []) {
    self.rings = rings.sorted { $0.rank < $1.rank }
    let present = Set(rings.map(\.rank))
    let count = min(rings.map(\.rankCount).max() ?? 0, Self.largestRankCount)
    missing = (0..<count).filter { !present.contains($0) }
    self.problems = problems
  }

  /// More ranks than any job has: what a damaged file may claim.
  private static let largestRankCount = 1 << 12
}
