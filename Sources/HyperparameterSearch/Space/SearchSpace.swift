internal import Configuration
package import Options

/// The values of all parameters in one trial, in the order of the space; nil where a parameter's conditions do not
/// hold.
package typealias Assignment = [ParameterValue?]

/// All that is searched for, in the order written.
package struct SearchSpace: Sendable {
  /// The parameters; conditions refer to earlier ones alone.
  package let parameters: [Parameter]

  /// Collects parameters.
  ///
  /// - Precondition: names are unique, and conditions refer to earlier parameters.
  package init(_ parameters: [Parameter]) {
    precondition(
      Set(parameters.map(\.name)).count == parameters.count, "the names of parameters are unique")
    for (index, parameter) in parameters.enumerated() {
      precondition(
        parameter.conditions.allSatisfy { $0.parameter < index },
        "a condition of \(parameter.name) refers to a later parameter")
    }
    self.parameters = parameters
  }

  /// The assignment at a point of the unit cube, one coordinate a parameter; those of parameters without a value are
  /// ignored.
  package func assignment(at point: [Double]) -> Assignment {
    precondition(point.count == parameters.count, "a point of \(point.count) coordinates")
    return assignment { index, parameter in parameter.domain.value(at: point[index]) }
  }

  /// The assignment that gives each parameter whose conditions hold what a closure says, called in order.
  package func assignment(_ value: (Int, Parameter) -> ParameterValue) -> Assignment {
    var assignment = Assignment()
    for (index, parameter) in parameters.enumerated() {
      assignment.append(isActive(index, in: assignment) ? value(index, parameter) : nil)
    }
    return assignment
  }

  /// Whether a parameter's conditions hold, given the values of those before it.
  package func isActive(_ index: Int, in assignment: Assignment) -> Bool {
    parameters[index].conditions.allSatisfy { condition in
      assignment[condition.parameter].map(condition.values.contains) ?? false
    }
  }

  /// A training configuration with the values of an assignment in place.
  ///
  /// - Parameters:
  ///   - assignment: the values.
  ///   - base: the configuration they are set in.
  /// - Returns: the configuration.
  /// - Throws: `OptionsError` with every key that does not fit the configuration.
  package func configuration(
    _ assignment: Assignment, in base: OptionValue
  ) throws(OptionsError) -> OptionValue {
    let (configuration, problems) = applied(assignment, to: base)
    if !problems.isEmpty { throw OptionsError(problems: problems) }
    return configuration
  }

  /// A configuration with those values of an assignment in place that fit it, and what is wrong with the others.
  func applied(
    _ assignment: Assignment, to base: OptionValue
  ) -> (configuration: OptionValue, problems: [Diagnostic]) {
    var configuration = base
    var problems: [Diagnostic] = []
    for (parameter, value) in zip(parameters, assignment) {
      guard let value else { continue }
      for key in parameter.keys {
        do throws(OptionsError) {
          configuration = try Override(
            key: key, value: parameter.option(for: value), mark: parameter.mark
          ).applied(to: configuration)
        } catch {
          problems += error.problems
        }
      }
    }
    return (configuration, problems)
  }

  /// An assignment on one line: `optimizer.adam.learning_rate 0.003, model.layers.0.dense.units 64`.
  package func text(_ assignment: Assignment) -> String {
    zip(parameters, assignment).compactMap { parameter, value in
      value.map { "\(parameter.name) \(parameter.text(for: $0))" }
    }.joined(separator: ", ")
  }
}
