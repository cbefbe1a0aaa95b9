/// Where the time of a run's steps goes, rank by rank, and who keeps whom waiting.
///
/// It looks at the steps that all lanes of all ranks still have in their records.
package struct StragglerTable: Sendable {
  /// The parts of a step's time.
  package enum Part: Sendable, CaseIterable {
    /// Predictions and loss.
    case forward
    /// Gradients.
    case backward
    /// Adding gradients and changing parameters.
    case update
    /// Evaluations, checkpoints and the like.
    case other
    /// Communication that no computation hides.
    case waiting

    init(_ operation: FlightOperation) {
      switch operation {
      case .forward: self = .forward
      case .backward: self = .backward
      case .update, .sumGradients: self = .update
      case _ where operation.isCommunication: self = .waiting
      default: self = .other
      }
    }
  }

  /// One rank's time.
  package struct Row: Sendable {
    /// The rank.
    package let rank: Int
    /// Its host.
    package let host: String
    /// Nanoseconds a step in each part, on average over steps and lanes.
    package let nanoseconds: [Part: Double]
    /// The rank that it waited for most, and the share of its waiting; nil where it did not wait for
    /// a known one.
    package let waitsFor: (rank: Int, share: Double)?
    /// Nanoseconds a step of messages sent while lanes computed.
    package let messages: Double

    /// All parts together.
    package var total: Double { nanoseconds.values.reduce(0, +) }
    /// The share of communication that no computation hides.
    package var waitingShare: Double {
      total > 0 ? (nanoseconds[.waiting] ?? 0) / total : 0
    }
  }

  /// The steps looked at, from 1; nil where there are none.
  package let steps: ClosedRange<UInt64>?
  /// The ranks, in order.
  package let rows: [Row]

  /// The share of all lanes' time that is communication and not hidden by computation.
  package var exposedShare: Double {
    let total = rows.reduce(0) { $0 + $1.total }
    return total > 0 ? rows.reduce(0) { $0 + ($1.nanoseconds[.waiting] ?? 0) } / total : 0
  }

  /// Sums the records up.
  package init(_ rings: [FlightRing]) {
    let lanes = rings.flatMap(\.lanes).map(\.events).filter { !$0.isEmpty }
    // The first step of a record may be cut, and the last one may go on.
    let first = lanes.compactMap { $0.first?.step }.max() ?? 0
    let last = lanes.compactMap { $0.last?.step }.min() ?? 0
    guard last > first, last - first > 1 else {
      steps = nil
      rows = []
      return
    }
    let steps = (first + 1)...(last - 1)
    self.steps = steps
    rows = rings.map { Self.row($0, steps) }
  }

  private static func row(_ ring: FlightRing, _ steps: ClosedRange<UInt64>) -> Row {
    var sums: [Part: Double] = [:]
    var waits: [Int: Double] = [:]
    for event in ring.lanes.joined(by: steps) {
      let duration = event.duration ?? 0
      sums[Part(event.operation), default: 0] += duration
      if event.operation.isCommunication, let peer = event.peer, peer != ring.rank {
        waits[peer, default: 0] += duration
      }
    }
    let stepCount = Double(steps.upperBound - steps.lowerBound) + 1
    let scale = 1 / (stepCount * Double(max(1, ring.lanes.count)))
    let waited = waits.values.reduce(0, +)
    let most = waits.max { ($0.value, $1.key) < ($1.value, $0.key) }
    let messages = ring.tracks.suffix(1).joined(by: steps).reduce(0) { $0 + ($1.duration ?? 0) }
    return Row(
      rank: ring.rank, host: ring.host, nanoseconds: sums.mapValues { $0 * scale },
      waitsFor: most.flatMap { waited > 0 ? ($0.key, $0.value / waited) : nil },
      messages: messages / stepCount)
  }
}

extension ArraySlice<FlightTrack> {
  /// The events of some steps on all tracks.
  fileprivate func joined(by steps: ClosedRange<UInt64>) -> [FlightEvent] {
    flatMap { $0.events.filter { steps.contains($0.step) } }
  }
}
