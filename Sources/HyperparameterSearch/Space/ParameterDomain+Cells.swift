internal import Glibc

extension ParameterDomain {
  /// The part of the unit interval that gives a value; nil in a range of floats without a step, whose values are
  /// points.
  ///
  /// - Precondition: the value is of this domain.
  func cell(of value: ParameterValue) -> (low: Double, high: Double)? {
    guard let count else { return nil }
    if case .integer(let low, let high, _, true) = self, case .integer(let number) = value {
      let bounds = (log(Double(low) - 0.5), log(Double(high) + 0.5))
      let scale = 1 / (bounds.1 - bounds.0)
      return (
        (log(Double(number) - 0.5) - bounds.0) * scale,
        (log(Double(number) + 0.5) - bounds.0) * scale
      )
    }
    let middle = unit(of: value)
    return (middle - 0.5 / Double(count), middle + 0.5 / Double(count))
  }
}
