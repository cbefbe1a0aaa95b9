import CZlib
import Foundation
import Tensors
import Testing

@testable import Datasets

/// A folder that is removed when its last reference goes.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "lockstep-datasets-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Writes a file and returns its path.
  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = path + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  /// Writes a text file and returns its path.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try write(name, Array(text.utf8))
  }
}

/// The bytes as one gzip member.
func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
  let folder = try TemporaryFolder()
  let file = folder.path + "/data.gz"
  let handle = unsafe gzopen(file, "wb")
  let written = unsafe gzwrite(handle, bytes, UInt32(bytes.count))
  #expect(unsafe gzclose(handle) == Z_OK)
  #expect(Int(written) == bytes.count)
  return [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
}

/// The bytes of an IDX file.
func idx(_ dimensions: [Int], _ bytes: [UInt8], type: UInt8 = 8) -> [UInt8] {
  let sizes = dimensions.flatMap { size in (0..<4).map { UInt8(size >> (24 - 8 * $0) & 255) } }
  return [0, 0, type, UInt8(dimensions.count)] + sizes + bytes
}

/// The path of a file that the project ships.
func shipped(_ name: String) -> String {
  let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  return tests.deletingLastPathComponent().deletingLastPathComponent().path
    + "/configs/data/" + name
}

/// The error that a body throws.
func datasetError(
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) throws -> DatasetError {
  try #require(throws: DatasetError.self, sourceLocation: sourceLocation) { try body() }
}

extension Dataset {
  /// Some samples and their targets as a batch gets them.
  func batch(_ positions: [UInt32]) -> (samples: [Float], targets: [Float]) {
    let samples = FloatStorage(count: positions.count * sampleSize)
    let targets = FloatStorage(count: positions.count)
    gather(positions.span, into: samples.view, targets: targets.view)
    return (samples.view.array, targets.view.array)
  }

  /// All samples as a batch gets them.
  var allSamples: [Float] { batch([UInt32](0..<UInt32(count))).samples }
}
