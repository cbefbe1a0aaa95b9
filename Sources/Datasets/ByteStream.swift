/// The content of a file from front to back, inflated where the file is gzip data.
///
/// Whether it is gzip data is told by its first two bytes, not by its name.
final class ByteStream {
  /// The path, as messages show it.
  let path: String
  /// The number of bytes of content; nil where only reading it to the end can tell.
  let exactCount: Int?
  /// A bound on the number of bytes of content; nil where there is none.
  let maximumCount: Int?

  private let file: InputFile
  private let inflater: Inflater?
  /// The first bytes of a file that turned out not to be gzip data.
  private var head: ArraySlice<UInt8>

  /// Deflate cannot make data smaller than by this factor.
  private static let largestInflation = 1032

  /// Opens a file and looks at its first two bytes.
  ///
  /// - Throws: ``DatasetError`` where it cannot be opened or read.
  init(path: String) throws(DatasetError) {
    self.path = path
    file = try InputFile(path: path)
    var magic: [UInt8] = [0, 0]
    let count = try file.readBytes(into: &magic)
    head = magic[..<count]
    if head.elementsEqual(Inflater.magic) {
      inflater = try Inflater(file: file, head: magic)
      head = []
      exactCount = nil
      maximumCount = file.size.map { ($0 + 1) * Self.largestInflation }
    } else {
      inflater = nil
      exactCount = file.size
      maximumCount = file.size
    }
  }

  /// Fills a buffer with the next bytes of the content.
  ///
  /// - Returns: the number of bytes read; fewer than the buffer holds only at the end.
  /// - Throws: ``DatasetError`` where the file cannot be read, or its gzip data is truncated or corrupt.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(DatasetError) -> Int {
    if let inflater { return try unsafe inflater.read(into: buffer) }
    let peeked = min(head.count, buffer.count)
    if peeked > 0 {
      unsafe buffer.copyBytes(from: head.prefix(peeked))
      head = head.dropFirst(peeked)
    }
    let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[peeked...])
    return try unsafe peeked + file.read(into: rest)
  }

  /// Reads the next `count` bytes, or what is left where that is less.
  func read(count: Int) throws(DatasetError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let filled = try readBytes(into: &bytes, from: 0)
    bytes.removeLast(count - filled)
    return bytes
  }

  /// Reads everything that is left.
  func readAll() throws(DatasetError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: (exactCount ?? (file.size ?? 0) * 6) + 4096)
    var used = 0
    while true {
      used += try readBytes(into: &bytes, from: used)
      if used < bytes.count { break }
      bytes.append(contentsOf: repeatElement(0, count: bytes.count))
    }
    bytes.removeLast(bytes.count - used)
    return bytes
  }

  private func readBytes(into bytes: inout [UInt8], from start: Int) throws(DatasetError) -> Int {
    try unsafe bytes.withUnsafeMutableBufferPointer { buffer throws(DatasetError) in
      let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[start...])
      return try unsafe read(into: UnsafeMutableRawBufferPointer(rest))
    }
  }
}

extension InputFile {
  /// Fills an array with the next bytes and returns how many there were.
  func readBytes(into bytes: inout [UInt8]) throws(DatasetError) -> Int {
    try unsafe bytes.withUnsafeMutableBufferPointer { buffer throws(DatasetError) in
      try unsafe read(into: UnsafeMutableRawBufferPointer(buffer))
    }
  }
}
