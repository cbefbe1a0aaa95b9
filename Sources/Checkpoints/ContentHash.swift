internal import CXXHash
package import DurableFiles
internal import Tensors

/// The XXH3-64 hash of bytes that come in pieces.
///
/// It finds damage and differences, at the speed of memory; it is no protection against somebody
/// who means to forge a file.
@safe
package struct ContentHash: ~Copyable {
  private let state: OpaquePointer

  /// Starts with no bytes.
  package init() {
    guard let state = unsafe XXH3_createState() else {
      preconditionFailure("no memory for the state of a hash, a few hundred bytes")
    }
    unsafe self.state = state
    unsafe XXH3_64bits_reset(state)
  }

  deinit {
    unsafe XXH3_freeState(state)
  }

  /// Adds bytes.
  @unsafe func add(_ bytes: UnsafeRawBufferPointer) {
    unsafe XXH3_64bits_update(state, bytes.baseAddress, bytes.count)
  }

  /// Adds bytes.
  package func add(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { buffer in unsafe add(buffer) }
  }

  /// Adds a number as 8 bytes, the lowest first.
  func add(_ value: Int) {
    add((0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) })
  }

  /// The hash of all bytes so far, as 16 hexadecimal digits.
  package var text: String {
    let digits = String(unsafe XXH3_64bits_digest(state), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Adds the content of a file, a piece at a time.
  ///
  /// - Throws: `FileError` where it cannot be read.
  package func add(contentOf file: borrowing InputFile) throws(FileError) {
    let piece = 1 << 20
    for start in stride(from: 0, to: file.byteCount, by: piece) {
      add(try file.read(start..<min(start + piece, file.byteCount)))
    }
  }
}

/// One hash over the names, shapes and bits of tensors, in name order whatever order they come in.
///
/// Two models have the same hash exactly where they have the same tensors with the same bits: `0.0`
/// and `-0.0` differ.
///
/// - Returns: 16 hexadecimal digits of XXH3-64.
package func weightsHash(_ tensors: some Sequence<NamedTensor>) -> String {
  let hash = ContentHash()
  for tensor in tensors.inNameOrder() {
    // Counts before contents, so that no two lists of tensors feed the same bytes.
    hash.add(tensor.name.utf8.count)
    hash.add(Array(tensor.name.utf8))
    hash.add(tensor.shape.rank)
    for dimension in tensor.shape.dimensions { hash.add(dimension) }
    unsafe hash.add(UnsafeRawBufferPointer(tensor.values.bytes))
  }
  return hash.text
}
