internal import HyperparameterSearch

/// A parameter along an axis: its numbers, or its choices one beside the other.
enum ParameterAxis {
  /// Numbers.
  case numbers(Scale)
  /// Choices by their texts.
  case choices([String])

  /// The axis of a domain, from its lowest to its highest value.
  init(_ domain: ParameterDomain) {
    switch domain {
    case .float(let low, let high, _, let isLog):
      self = .numbers(Scale(low, high, isLog: isLog))
    case .integer(let low, let high, _, let isLog):
      self = .numbers(Scale(Double(low), Double(high), isLog: isLog, isWhole: true))
    case .choice(let choices): self = .choices(choices.map(\.text))
    }
  }

  /// Where a value lies, from 0 to 1.
  ///
  /// - Precondition: it is a value of the domain.
  func place(of value: ParameterValue) -> Double {
    switch (self, value) {
    case (.numbers(let scale), .float(let number)): scale.place(of: number)
    case (.numbers(let scale), .integer(let number)): scale.place(of: Double(number))
    case (.choices(let texts), .choice(let index)): (Double(index) + 0.5) / Double(texts.count)
    default: preconditionFailure("\(value) is on another axis")
    }
  }

  /// Ticks; of choices each has one, whatever the limit.
  ///
  /// - Parameter limit: the most ticks of numbers.
  /// - Returns: the ticks, from the beginning on.
  func ticks(atMost limit: Int) -> [Tick] {
    switch self {
    case .numbers(let scale): scale.ticks(atMost: limit)
    case .choices(let texts):
      texts.enumerated().map { index, text in
        Tick(place: (Double(index) + 0.5) / Double(texts.count), label: text)
      }
    }
  }

  /// What the axis' title says of it.
  var note: String {
    if case .numbers(let scale) = self { return scale.note }
    return ""
  }
}
