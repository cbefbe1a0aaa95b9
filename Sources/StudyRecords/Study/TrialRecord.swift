package import HyperparameterSearch
package import JSONText
package import RunRecords

/// A trial as it is recorded.
package struct TrialRecord: Sendable {
  /// The value of one parameter.
  package struct Value: Sendable, Equatable {
    /// The parameter's name.
    package let name: String
    /// The value as text: numbers with all the digits that they need.
    package let text: String
    /// The value.
    package let value: ParameterValue
    /// The value as Optuna's API gives it: a number, a boolean or a text.
    package let json: JSONValue
  }

  /// Its place in the study, from 0.
  package let number: Int
  /// The values of the parameters that have one, in the order of the space.
  package internal(set) var values: [Value] = []
  /// How it stands.
  ///
  /// One whose job was begun and has no result is running, though perhaps nobody runs it now.
  package internal(set) var state: TrialState
  /// The values of the metric, by growing budget.
  package internal(set) var reports: [Report] = []
  /// When it was begun.
  package let started: WallTime?
  /// When it was over; nil where it is not.
  package let ended: WallTime?
  /// Seconds of training, by the clock on the wall.
  package internal(set) var seconds = 0.0
  /// Updates of the parameters.
  package internal(set) var steps = 0
  /// How often one of its jobs was begun.
  package internal(set) var attempts = 0

  /// The last value of the metric; nil where there is none.
  package var value: Double? { reports.last?.value }
  /// The budget of the last value, 0 where there is none.
  package var budget: Int { reports.last?.budget ?? 0 }

  /// Why it failed; nil where it did not.
  package var reason: String? {
    if case .failed(let reason) = state { return reason }
    return nil
  }

  /// The value of a parameter; nil where it has none in this trial.
  package subscript(name: String) -> Value? { values.first { $0.name == name } }
}
