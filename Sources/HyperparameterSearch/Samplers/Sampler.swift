package import Options

/// Chooses the values of the next trial.
///
/// A sampler is a pure function of what it is given: no clock, no state, no rank. The same study asks it the same
/// questions whatever it runs on.
package protocol Sampler: Sendable {
  /// The name in configurations.
  static var kind: String { get }
  /// Reads its options; problems go to the reader's diagnostics.
  init(options: OptionReader)
  /// Whether what it chooses depends on the results of earlier trials.
  var learns: Bool { get }
  /// The number of different trials that it knows of in a space; nil for no end.
  func limit(in space: SearchSpace) -> Int?
  /// Refuses a space that it cannot search.
  ///
  /// Problems go to the diagnostics, with the parameters' places.
  func check(_ space: SearchSpace, _ diagnostics: Diagnostics)
  /// The values of a trial.
  ///
  /// - Parameters:
  ///   - number: the trial.
  ///   - study: what is known when it begins; trials that are under way have their reports so far.
  /// - Returns: the values.
  func assignment(ofTrial number: Int, in study: StudyState) -> Assignment
}

extension Sampler {
  /// No end of trials.
  package func limit(in space: SearchSpace) -> Int? { nil }
  /// Every space will do.
  package func check(_ space: SearchSpace, _ diagnostics: Diagnostics) {}
}
