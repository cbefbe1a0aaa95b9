/// Who sends and receives gradients between groups of ranks while the backward pass goes on.
package enum OverlapMode: String, Sendable, CaseIterable {
  /// The one of the others that is the fastest in the first steps.
  case auto
  /// Nobody: they are sent when the backward pass is over.
  case none
  /// The rank's first lane, between the operations of its network.
  case poll
  /// A thread of its own.
  case thread
}

/// The choice of a mode by trial: a few steps with each, then the one whose median step was the
/// shortest.
///
/// Ranks choose alone: who sends does not matter to whoever receives, and steps take the same time
/// everywhere.
struct OverlapTrial: Sendable {
  /// The modes on trial, in order.
  private let candidates: [OverlapMode]
  private var times: [[Double]]
  private var stepsInMode = 0
  private var last: Double?

  /// Steps with each mode; the first ones, in which memory is touched and pipes fill, do not count.
  static let stepsPerMode = 10
  private static let warmUp = 3

  init(candidates: [OverlapMode] = [.none, .poll, .thread]) {
    self.candidates = candidates
    times = candidates.map { _ in [] }
    for index in times.indices { times[index].reserveCapacity(Self.stepsPerMode) }
  }

  /// The steps of the whole trial.
  var stepCount: Int { candidates.count * Self.stepsPerMode }

  /// The mode to begin with.
  var first: OverlapMode { candidates[0] }

  /// Notes the end of a step.
  ///
  /// - Parameter now: The time, in seconds.
  /// - Returns: The mode for the next step; nil where it stays.
  mutating func finishStep(at now: Double) -> OverlapMode? {
    guard let mode = times.firstIndex(where: { $0.count < Self.stepsPerMode - Self.warmUp }) else {
      return nil
    }
    stepsInMode += 1
    if stepsInMode > Self.warmUp, let last { times[mode].append(now - last) }
    last = now
    guard stepsInMode == Self.stepsPerMode else { return nil }
    stepsInMode = 0
    return mode + 1 < candidates.count ? candidates[mode + 1] : fastest
  }

  /// The mode with the shortest median step.
  private var fastest: OverlapMode {
    let medians = candidates.map { median(of: $0) ?? .infinity }
    let best = medians.indices.min { medians[$0] < medians[$1] } ?? 0
    return candidates[best]
  }

  /// The median step of a mode, in seconds; nil while it has not been tried.
  func median(of mode: OverlapMode) -> Double? {
    guard let index = candidates.firstIndex(of: mode) else { return nil }
    let sorted = times[index].sorted()
    return sorted.count < Self.stepsPerMode - Self.warmUp ? nil : sorted[sorted.count / 2]
  }
}

/// What the overlap of messages with the backward pass has come to.
package struct OverlapReport: Sendable, Hashable {
  /// The mode in use.
  package let mode: OverlapMode
  /// The steps from the first on in which modes are tried; 0 where none are.
  package let trialSteps: Int
  /// The median step without and with overlap in the trial, in seconds; nil where none was made.
  package let trial: Trial?

  /// Medians of the steps on trial.
  package struct Trial: Sendable, Hashable {
    /// Without overlap.
    package let none: Double
    /// With the mode in use.
    package let chosen: Double
  }
}
