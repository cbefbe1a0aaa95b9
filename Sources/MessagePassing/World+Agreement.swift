/// A failure of some ranks, but not of all, at what every rank did by itself.
package enum PartialFailure: Error, CustomStringConvertible {
  /// This rank failed, others did not.
  case here(any Error)
  /// This rank did not fail, but another did, and reports it.
  case elsewhere(rank: Int)

  /// What happened, in words.
  package var description: String {
    switch self {
    case .here(let error): "\(error)"
    case .elsewhere(let rank): "stopped because rank \(rank) failed"
    }
  }
}

extension World {
  /// Does what every rank does by itself and may fail at: reads files, checks settings.
  ///
  /// Collective.
  ///
  /// An error that all ranks have ends the job in good order, with one report. Where only some have
  /// it, such an end would wait for ever for the others: they learn of it here.
  ///
  /// - Parameter body: What to do; no collective call.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws, where it throws on all ranks; ``PartialFailure`` where it throws
  ///   on some; ``MPIError`` where messages fail.
  package func together<Value>(_ body: () throws -> Value) throws -> Value {
    let result = Result(catching: body)
    var hasFailed = 0
    if case .failure = result { hasFailed = 1 }
    let failures = try communicator.allGather(hasFailed)
    switch result {
    case .success(let value):
      if let rank = failures.firstIndex(of: 1) { throw PartialFailure.elsewhere(rank: rank) }
      return value
    case .failure(let error):
      throw failures.contains(0) ? PartialFailure.here(error) : error
    }
  }

  /// How an error ends the job: as whoever started the world says, but that a failure of some ranks
  /// is none of all.
  func failure(_ error: any Error) -> WorldFailure {
    guard let partial = error as? PartialFailure else { return describe(error) }
    switch partial {
    case .here(let error):
      var failure = describe(error)
      if case .everyRank = failure.scope { failure.scope = .rank }
      return failure
    case .elsewhere:
      return WorldFailure(exitCode: 5, text: partial.description, scope: .consequence)
    }
  }
}
