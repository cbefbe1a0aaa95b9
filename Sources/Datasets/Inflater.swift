internal import CZlib

/// Inflates gzip data (RFC 1952, also of several members) while it is read from a file.
@safe
final class Inflater {
  /// The two bytes that gzip data starts with.
  static let magic: [UInt8] = [0x1F, 0x8B]

  private let file: InputFile
  /// On the heap, since zlib's state points back to it.
  private let stream: UnsafeMutablePointer<z_stream>
  private var chunk = [UInt8](repeating: 0, count: 1 << 18)
  /// The part of the chunk that is not inflated yet.
  private var pending: Range<Int>
  private var isFinished = false

  /// Starts to inflate.
  ///
  /// - Parameters:
  ///   - file: the compressed data, after its first bytes.
  ///   - head: its first bytes.
  /// - Throws: ``DatasetError`` where zlib has no memory.
  init(file: InputFile, head: [UInt8]) throws(DatasetError) {
    self.file = file
    chunk.replaceSubrange(0..<head.count, with: head)
    pending = 0..<head.count
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // 15 + 16: the largest window, and a gzip header with its checksum at the end.
    let status = unsafe inflateInit2_(
      stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    if status != Z_OK {
      throw DatasetError("zlib cannot start: code \(status)", at: .file(file.path))
    }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// The number of compressed bytes that were used so far.
  private var offset: Int { file.offset - pending.count }

  /// Fills a buffer with the next inflated bytes.
  ///
  /// - Returns: the number of bytes; fewer than the buffer holds only at the end of the data, whose
  ///   checksum is then known to be right.
  /// - Throws: ``DatasetError`` where the data is truncated or corrupt, with the byte in the file.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(DatasetError) -> Int {
    var filled = 0
    while filled < buffer.count, !isFinished {
      if pending.isEmpty {
        pending = 0..<(try file.readBytes(into: &chunk))
        if pending.isEmpty { throw truncated }
      }
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let (status, count) = unsafe inflateChunk(into: rest)
      filled += count
      switch status {
      case Z_OK, Z_BUF_ERROR: continue
      case Z_STREAM_END: try startNextMember()
      default: throw corrupt(status)
      }
    }
    return filled
  }

  /// Inflates from the pending part of the chunk and returns zlib's code and the bytes made.
  private func inflateChunk(into buffer: UnsafeMutableRawBufferPointer) -> (Int32, Int) {
    let room = min(buffer.count, Int(UInt32.max))
    let status = unsafe chunk.withUnsafeMutableBufferPointer { input in
      unsafe stream.pointee.next_in = input.baseAddress.map { unsafe $0 + pending.lowerBound }
      unsafe stream.pointee.avail_in = UInt32(pending.count)
      unsafe stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
      unsafe stream.pointee.avail_out = UInt32(room)
      return unsafe inflate(stream, Z_NO_FLUSH)
    }
    let left = unsafe (input: Int(stream.pointee.avail_in), room: Int(stream.pointee.avail_out))
    pending = (pending.upperBound - left.input)..<pending.upperBound
    return (status, room - left.room)
  }

  /// Goes on with a further gzip member, or finds the end of the file.
  private func startNextMember() throws(DatasetError) {
    if pending.count < 2 {
      var next = Array(chunk[pending])
      var more = [UInt8](repeating: 0, count: chunk.count - next.count)
      let count = try file.readBytes(into: &more)
      next += more[..<count]
      pending = 0..<next.count
      chunk.replaceSubrange(pending, with: next)
    }
    if pending.isEmpty {
      isFinished = true
    } else if chunk[pending].starts(with: Self.magic) {
      unsafe inflateReset(stream)
    } else {
      throw DatasetError(
        "expected the end of the file after the gzip data, found more bytes",
        at: .byte(file: file.path, offset: offset))
    }
  }

  private var truncated: DatasetError {
    DatasetError(
      "the gzip data is truncated: expected more after \(file.offset) bytes, "
        + "found the end of the file", at: .byte(file: file.path, offset: file.offset),
      hint: "download or copy the file again; `gzip -t` checks it")
  }

  private func corrupt(_ status: Int32) -> DatasetError {
    let reason = unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "code \(status)"
    return DatasetError(
      "the gzip data is corrupt: \(reason)", at: .byte(file: file.path, offset: offset),
      hint: "download or copy the file again; `gzip -t` checks it")
  }
}
