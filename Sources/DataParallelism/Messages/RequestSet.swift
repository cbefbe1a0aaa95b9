internal import MessagePassing

/// A set of messages that may lie in an array beside others.
final class RequestSet {
  let requests: Requests

  init() throws(MPIError) {
    requests = try Requests()
  }

  /// Makes several sets.
  static func make(_ count: Int) throws(MPIError) -> [RequestSet] {
    var sets: [RequestSet] = []
    for _ in 0..<count { sets.append(try RequestSet()) }
    return sets
  }
}
