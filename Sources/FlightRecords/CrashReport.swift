/// What the records of a run's ranks tell of its end: a line a rank, the likely culprit first.
package struct CrashReport: Sendable {
  /// The ranks, in order of suspicion.
  package let ranks: [(rank: Int, line: String)]
  /// Ranks without a record.
  package let missing: [Int]
  /// Files that could not be read.
  package let problems: [String]

  /// How likely it is that a rank caused the end, the likeliest first.
  private enum Suspicion: Int {
    /// It noted the signal that ended it.
    case crashed
    /// Others say that it died or fell silent, and it does not say why.
    case accused
    /// It ended by an error of its own.
    case failed
    /// It was busy when it was ended.
    case busy
    /// It waited, or ended because of another.
    case bystander
    /// It finished.
    case finished
  }

  /// Looks for the culprit.
  package init(_ folder: FlightFolder) {
    // What others say of a rank, from its own words or theirs.
    var accusations: [Int: (by: Int, text: String)] = [:]
    for ring in folder.rings {
      guard case .failed(let text, let culprit?) = ring.end else { continue }
      // The one that noticed says more than those that it told.
      if accusations[culprit].map({ $0.text.count < text.count }) ?? true {
        accusations[culprit] = (ring.rank, text)
      }
    }
    ranks = folder.rings
      .map { (ring: $0, suspicion: Self.suspicion($0, isAccused: accusations[$0.rank] != nil)) }
      .sorted { left, right in
        (left.suspicion.rawValue, left.ring.endTime, left.ring.rank)
          < (right.suspicion.rawValue, right.ring.endTime, right.ring.rank)
      }
      .map { ($0.ring.rank, Self.line($0.ring, accusation: accusations[$0.ring.rank])) }
    missing = folder.missing
    problems = folder.problems
  }

  /// The report, a line a rank.
  package var text: String {
    var lines = ranks.map(\.line)
    if !missing.isEmpty {
      lines.append(
        "\(rankList(missing)): no record here; on another host it is in the same folder there")
    }
    return (lines + problems).joined(separator: "\n")
  }

  private static func suspicion(_ ring: FlightRing, isAccused: Bool) -> Suspicion {
    if ring.crash != nil { return .crashed }
    switch ring.end {
    case .finished: return .finished
    case .failed(_, nil): return .failed
    case .failed(_, let culprit?): return culprit == ring.rank ? .accused : .bystander
    case .none:
      if isAccused { return .accused }
      return ring.wait == nil ? .busy : .bystander
    }
  }

  private static func line(_ ring: FlightRing, accusation: (by: Int, text: String)?) -> String {
    if let crash = ring.crash {
      return "\(ring.name) ended \(ring.placeAndTime); signal \(crash.signal)"
        + (signalNames[crash.signal].map { " (\($0))" } ?? "")
    }
    switch ring.end {
    case .finished: return "\(ring.name) finished"
    case .failed(let text, nil): return "\(ring.name) failed \(ring.place): \(firstLine(text))"
    case .failed(_, let culprit?) where culprit != ring.rank:
      return "\(ring.name) gave up because of rank \(culprit), \(ring.place)"
    case .failed, .none: break
    }
    // Told to go on before it was killed, it may have recorded more than what it was given up for.
    if let accusation, accusation.text.hasPrefix(ring.name) {
      return "\(firstLine(accusation.text)), so rank \(accusation.by) ended the job"
        + "; no signal noted: it was stopped or hung"
    }
    if accusation == nil, let wait = ring.wait {
      return "\(ring.name) waited \(seconds(ring.endTime - wait.since)) for "
        + (wait.rank.map { "rank \($0)" } ?? "other ranks") + " \(ring.place)"
    }
    return "\(ring.name) ended \(ring.placeAndTime); no signal noted: killed from outside"
  }

  private static func firstLine(_ text: String) -> String {
    text.split(separator: "\n").first.map(String.init) ?? "no reason noted"
  }

  private static let signalNames = [
    4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 11: "SIGSEGV",
  ]
}

extension FlightRing {
  /// Where the rank was, and for how long.
  fileprivate var placeAndTime: String {
    guard let event = lastEvent, event.end == nil, endTime > event.begin else { return place }
    return "\(place), \(seconds(endTime - event.begin)) into it"
  }
}

/// Nanoseconds in seconds: `0.8 s`, below a tenth of a second `2100 us`.
private func seconds(_ nanoseconds: Double) -> String {
  let tenths = max(0, min(nanoseconds, 1e18)) / 1e8
  if tenths >= 1 {
    let rounded = Int(tenths.rounded())
    return "\(rounded / 10).\(rounded % 10) s"
  }
  return "\(Int((tenths * 1e5).rounded())) us"
}

/// Ranks in words: `rank 3`, `ranks 0, 2`.
package func rankList(_ ranks: [Int]) -> String {
  (ranks.count == 1 ? "rank " : "ranks ") + ranks.map(String.init).joined(separator: ", ")
}
