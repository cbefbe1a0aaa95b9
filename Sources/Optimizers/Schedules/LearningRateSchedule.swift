public import Options

/// Where a run is, as a schedule sees it: counted from the end of the warm-up.
public struct SchedulePosition: Sendable, Hashable {
  /// Steps done, from 0; the rate is that of the step that comes next.
  public var step: Int
  /// Steps of the whole run.
  public var totalSteps: Int
  /// Steps of an epoch.
  public var stepsPerEpoch: Int
  /// How often the rate was reduced because a metric did not improve; see ``ReduceOnPlateau``.
  public var reductions: Int

  /// Names a position.
  public init(step: Int, totalSteps: Int, stepsPerEpoch: Int, reductions: Int = 0) {
    self.step = step
    self.totalSteps = totalSteps
    self.stepsPerEpoch = stepsPerEpoch
    self.reductions = reductions
  }

  /// The share of the run that is done, from 0 to 1.
  ///
  /// Nothing is left of a run that the warm-up took up, nor after the last step.
  var progress: Double {
    step >= totalSteps ? 1 : Double(step) / Double(totalSteps)
  }
}

/// The course of the learning rate over a run.
///
/// A schedule has no state: the rate follows from the position alone, in double precision and by
/// IEEE operations alone, so that every lane, rank and machine comes to the same bits, and a
/// resumed run to those of one that was never stopped.
public protocol LearningRateSchedule: Sendable {
  /// The name in configurations: `cosine`.
  static var kind: String { get }

  /// What to say about names that other programs have for the options.
  static var foreignKeys: [String: String] { get }

  /// Reads the schedule's options and reports what is wrong with them; does not finish the reader.
  init(options: OptionReader)

  /// The options under their names in configurations; two schedules of the same kind and options
  /// are the same.
  var options: KeyValuePairs<String, String> { get }

  /// Whether the rate depends on how many steps the run has.
  var dependsOnLength: Bool { get }

  /// The learning rate of a step.
  ///
  /// - Parameters:
  ///   - base: the learning rate of the optimizer, above 0.
  ///   - position: the step.
  /// - Returns: the rate, 0 or more.
  func learningRate(from base: Double, at position: SchedulePosition) -> Double
}

extension LearningRateSchedule {
  /// None.
  public static var foreignKeys: [String: String] { [:] }

  /// False: most rates count steps or epochs from the start.
  public var dependsOnLength: Bool { false }
}
