/// Tags of texts between two ranks; those of callers lie below.
private let countTag: Int32 = 30_003
private let textTag: Int32 = 30_004

extension Communicator {
  /// Sends a text to another rank, which calls ``receiveText(from:)`` or makes an ``AwaitedText``; returns when it has
  /// left.
  ///
  /// - Throws: ``MPIError`` as MPI reports it.
  package func send(text: String, to peer: Int) throws(MPIError) {
    let bytes = Array(text.utf8)
    let requests = try Requests()
    try unsafe withUnsafeBytes(of: bytes.count) { (count) throws(MPIError) in
      try unsafe send(count, to: peer, tag: countTag, in: requests)
      try unsafe bytes.withUnsafeBufferPointer { (buffer) throws(MPIError) in
        try unsafe send(.init(buffer), to: peer, tag: textTag, in: requests)
        try wait(for: requests)
      }
    }
  }

  /// Waits for a text of another rank.
  ///
  /// - Throws: ``MPIError`` as MPI reports it.
  package func receiveText(from peer: Int) throws(MPIError) -> String {
    var count = 0
    let requests = try Requests()
    try unsafe withUnsafeMutableBytes(of: &count) { (buffer) throws(MPIError) in
      try unsafe receive(buffer, from: peer, tag: countTag, in: requests)
      try wait(for: requests)
    }
    return try receiveBody(count, from: peer)
  }

  fileprivate func receiveBody(_ count: Int, from peer: Int) throws(MPIError) -> String {
    var bytes = [UInt8](repeating: 0, count: count)
    let requests = try Requests()
    try unsafe bytes.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try unsafe receive(.init(buffer), from: peer, tag: textTag, in: requests)
      try wait(for: requests)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// A text that another rank is going to send, to be looked for between other work.
///
/// Every one that was made must arrive before MPI ends.
@safe
package final class AwaitedText {
  private let communicator: Communicator
  private let peer: Int
  private let requests: Requests
  /// Where the number of bytes arrives; it must stay where it is until then.
  private let count: UnsafeMutablePointer<Int>

  /// Begins to wait for a text.
  ///
  /// - Throws: ``MPIError`` as MPI reports it.
  package init(_ communicator: Communicator, from peer: Int) throws(MPIError) {
    self.communicator = communicator
    self.peer = peer
    requests = try Requests()
    unsafe count = .allocate(capacity: 1)
    unsafe count.initialize(to: 0)
    let buffer = unsafe UnsafeMutableRawBufferPointer(start: count, count: MemoryLayout<Int>.size)
    try unsafe communicator.receive(buffer, from: peer, tag: countTag, in: requests)
  }

  deinit {
    unsafe count.deallocate()
  }

  /// The text, once it is there.
  ///
  /// - Returns: nil while it is on its way.
  /// - Throws: ``MPIError`` as MPI reports it.
  package func take() throws(MPIError) -> String? {
    guard try communicator.test(requests) else { return nil }
    return try communicator.receiveBody(unsafe count.pointee, from: peer)
  }
}
