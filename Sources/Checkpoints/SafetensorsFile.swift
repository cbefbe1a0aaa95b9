internal import DurableFiles
package import Tensors

/// A safetensors file open for reading: a checked header, and tensors read on demand as float32.
///
/// Tensors are read from the file straight into the memory that they are wanted in.
package final class SafetensorsFile: Sendable {
  private let file: InputFile
  private let dataOffset: Int
  private let index: [String: Int]
  /// The tensors, in the order of their bytes.
  package let entries: [SafetensorsEntry]
  /// The texts under `__metadata__`.
  package let metadata: [String: String]

  /// Where the file is.
  package var path: String { file.path }

  /// Opens a file and checks its header.
  ///
  /// - Throws: ``SafetensorsError/file(_:)`` or ``SafetensorsError/malformed(path:reason:)``.
  package init(path: String) throws(SafetensorsError) {
    let header: SafetensorsHeader
    do {
      let file = try InputFile(path)
      let headerByteCount = try Self.headerByteCount(file)
      let dataOffset = 8 + headerByteCount
      header = try SafetensorsHeader(
        bytes: file.read(8..<dataOffset), dataByteCount: file.byteCount - dataOffset)
      self.file = file
      self.dataOffset = dataOffset
    } catch let error as FileError {
      throw .file(error)
    } catch let flaw as SafetensorsHeader.Flaw {
      throw .malformed(path: path, reason: flaw.reason)
    } catch {
      throw .malformed(path: path, reason: "\(error)")
    }
    self.entries = header.entries
    self.metadata = header.metadata
    self.index = Dictionary(
      uniqueKeysWithValues: header.entries.enumerated().map { ($0.element.name, $0.offset) })
  }

  private static func headerByteCount(_ file: borrowing InputFile) throws -> Int {
    guard file.byteCount >= 8 else {
      throw SafetensorsHeader.Flaw("it has \(file.byteCount) bytes, expected at least 8")
    }
    let length = try file.read(0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= SafetensorsHeader.byteLimit else {
      throw SafetensorsHeader.Flaw("its header claims \(length) bytes, more than 100 MB")
    }
    guard Int(length) <= file.byteCount - 8 else {
      throw SafetensorsHeader.Flaw("it is cut off inside its header of \(length) bytes")
    }
    return Int(length)
  }

  /// What the file says of a tensor; nil where it has none of that name.
  package func entry(named name: String) -> SafetensorsEntry? {
    index[name].map { entries[$0] }
  }

  /// A tensor's shape and numbers.
  ///
  /// - Throws: ``SafetensorsError``: no such tensor, elements that are no floats, a failed read.
  package func tensor(
    named name: String
  ) throws(SafetensorsError) -> (shape: Shape, values: [Float]) {
    guard let entry = entry(named: name) else { throw .missing(path: path, name: name) }
    let storage = FloatStorage(count: entry.shape.count)
    defer { withExtendedLifetime(storage) {} }
    try read(name, into: storage.view)
    return (entry.shape, storage.view.array)
  }

  /// Reads a tensor's numbers into memory; F64 is rounded to float32, F16 and BF16 are exact.
  ///
  /// - Throws: ``SafetensorsError``: no such tensor, another number of elements, elements that are
  ///   no floats, a failed read.
  package func read(_ name: String, into view: FloatView) throws(SafetensorsError) {
    guard let entry = entry(named: name) else { throw .missing(path: path, name: name) }
    guard entry.shape.count == view.count else {
      throw .otherCount(
        path: path, name: name, count: entry.shape.count, expected: view.count)
    }
    do {
      let offset = dataOffset + entry.range.lowerBound
      switch entry.type {
      case .float32:
        try unsafe file.read(into: view.bytes, at: offset)
      case .float64:
        try convert(UInt64.self, at: offset, into: view) { Float(Double(bitPattern: $0)) }
      case .float16:
        try convert(UInt16.self, at: offset, into: view) { Float(Float16(bitPattern: $0)) }
      case .bfloat16:
        try convert(UInt16.self, at: offset, into: view) { Float(bitPattern: UInt32($0) << 16) }
      default:
        throw SafetensorsError.notFloats(path: path, name: name, type: entry.type)
      }
    } catch let error as SafetensorsError {
      throw error
    } catch let error as FileError {
      throw .file(error)
    } catch {
      throw .malformed(path: path, reason: "\(error)")
    }
  }

  /// Reads elements in pieces and converts each; the file's bytes need not be aligned.
  private func convert<Stored: FixedWidthInteger>(
    _ type: Stored.Type, at offset: Int, into view: FloatView, _ convert: (Stored) -> Float
  ) throws(FileError) {
    let size = MemoryLayout<Stored>.size
    let piece = 65_536
    var start = 0
    while start < view.count {
      let count = min(piece, view.count - start)
      let begin = offset + start * size
      let bytes = try file.read(begin..<(begin + count * size))
      unsafe bytes.withUnsafeBytes { buffer in
        for index in 0..<count {
          let stored = unsafe buffer.loadUnaligned(fromByteOffset: index * size, as: type)
          view[start + index] = convert(Stored(littleEndian: stored))
        }
      }
      start += count
    }
  }
}
