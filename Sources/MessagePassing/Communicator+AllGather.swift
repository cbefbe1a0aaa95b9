// All-gathers built from messages between pairs, so that counts are unlimited, waiting is polite
// and no step allocates. Nothing here adds numbers: values only move.

/// Tags of this module's own messages; those of callers lie below.
private let linearTag: Int32 = 30_001
private let ringTag: Int32 = 30_002

extension Communicator {
  /// Brings every rank's part of a buffer to all ranks, in place; collective.
  ///
  /// Small parts go straight from each rank to each other; large ones go round a ring, so that each
  /// part crosses the border between two nodes once.
  ///
  /// - Parameters:
  ///   - buffer: The whole; this rank's part is filled.
  ///   - parts: The byte range of each rank's part, the same on every rank; a range may be empty.
  ///   - requests: A set to use, complete before and after.
  /// - Throws: ``MPIError`` as MPI reports it.
  package func allGather(
    in buffer: UnsafeMutableRawBufferPointer, parts: [Range<Int>],
    using requests: borrowing Requests
  ) throws(MPIError) {
    precondition(parts.count == size, "\(parts.count) parts of \(size) ranks")
    if size == 1 { return }
    let largest = parts.reduce(0) { max($0, $1.count) }
    if size == 2 || largest <= 8192 {
      try unsafe startAllGather(in: buffer, parts: parts, tag: linearTag, using: requests)
      try wait(for: requests)
    } else {
      try unsafe ringAllGather(in: buffer, parts: parts, using: requests)
    }
  }

  /// Starts to bring every rank's part of a buffer to all ranks, from each straight to each; collective.
  ///
  /// - Parameters:
  ///   - buffer: The whole; this rank's part is filled. Untouched until the set is complete.
  ///   - parts: The byte range of each rank's part, the same on every rank; a range may be empty.
  ///   - tag: Tells it apart from other messages between the same ranks.
  ///   - requests: The set that completes when all parts have arrived.
  /// - Throws: ``MPIError`` as MPI reports it.
  package func startAllGather(
    in buffer: UnsafeMutableRawBufferPointer, parts: [Range<Int>], tag: Int32,
    using requests: borrowing Requests
  ) throws(MPIError) {
    for distance in 1..<max(1, size) {
      let peer = (rank + distance) % size
      try unsafe receive(
        .init(rebasing: buffer[parts[peer]]), from: peer, tag: tag, in: requests)
    }
    for distance in 1..<max(1, size) {
      let peer = (rank + distance) % size
      try unsafe send(
        .init(rebasing: buffer[parts[rank]]), to: peer, tag: tag, in: requests)
    }
  }

  private func ringAllGather(
    in buffer: UnsafeMutableRawBufferPointer, parts: [Range<Int>],
    using requests: borrowing Requests
  ) throws(MPIError) {
    let next = (rank + 1) % size
    let previous = (rank + size - 1) % size
    for round in 0..<(size - 1) {
      let outgoing = parts[(rank + size - round) % size]
      let incoming = parts[(previous + size - round) % size]
      try unsafe receive(
        .init(rebasing: buffer[incoming]), from: previous, tag: ringTag, in: requests)
      try unsafe send(.init(rebasing: buffer[outgoing]), to: next, tag: ringTag, in: requests)
      try wait(for: requests)
    }
  }

  /// Every rank's value, in order of ranks; collective.
  ///
  /// - Parameter value: This rank's value; a plain one, without references.
  /// - Returns: The values of ranks 0, 1, 2, …
  /// - Throws: ``MPIError`` as MPI reports it.
  package func allGather<Value: BitwiseCopyable>(_ value: Value) throws(MPIError) -> [Value] {
    var values = [Value](repeating: value, count: size)
    let stride = MemoryLayout<Value>.stride
    let parts = (0..<size).map { ($0 * stride)..<(($0 + 1) * stride) }
    let requests = try Requests()
    try unsafe values.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try unsafe allGather(in: .init(buffer), parts: parts, using: requests)
    }
    return values
  }

  /// Every rank's text, in order of ranks; collective.
  ///
  /// - Throws: ``MPIError`` as MPI reports it.
  package func allGather(text: String) throws(MPIError) -> [String] {
    let own = Array(text.utf8)
    let counts = try allGather(own.count)
    var offset = 0
    let parts = counts.map { count in
      defer { offset += count }
      return offset..<(offset + count)
    }
    var all = [UInt8](repeating: 0, count: offset)
    all.replaceSubrange(parts[rank], with: own)
    let requests = try Requests()
    try unsafe all.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try unsafe allGather(in: .init(buffer), parts: parts, using: requests)
    }
    return parts.map { String(decoding: all[$0], as: UTF8.self) }
  }

  /// One rank's bytes on all ranks, whatever their number; collective.
  ///
  /// - Parameters:
  ///   - bytes: The bytes; only the root's count.
  ///   - root: The rank whose bytes count.
  /// - Returns: The root's bytes.
  /// - Throws: ``MPIError`` as MPI reports it.
  package func broadcast(bytes: [UInt8], from root: Int) throws(MPIError) -> [UInt8] {
    var count = bytes.count
    try unsafe withUnsafeMutableBytes(of: &count) { (raw) throws(MPIError) in
      try unsafe broadcast(raw, from: root)
    }
    var result = rank == root ? bytes : [UInt8](repeating: 0, count: count)
    try unsafe result.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try unsafe broadcast(.init(buffer), from: root)
    }
    return result
  }
}
