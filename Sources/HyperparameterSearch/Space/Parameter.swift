package import Options

/// Something that is searched for: its name, where its value goes, and what it may be.
package struct Parameter: Sendable {
  /// When a parameter has a value at all.
  package struct Condition: Sendable, Equatable {
    /// The place in the space of the parameter that decides; it comes before this one.
    package let parameter: Int
    /// The values of that parameter for which this one has a value.
    package let values: [ParameterValue]
  }

  /// The name, as in tables and records: the key, unless it has several.
  package let name: String
  /// The keys of the configuration that take the value: `optimizer.adam.learning_rate`.
  package let keys: [String]
  /// What it may be.
  package let domain: ParameterDomain
  /// All of these must hold for it to have a value; none: it always has one.
  package let conditions: [Condition]
  /// Where it was written; nil for one made in code.
  package let mark: SourceMark?

  /// Describes a parameter.
  package init(
    _ name: String, keys: [String]? = nil, _ domain: ParameterDomain,
    conditions: [Condition] = [], mark: SourceMark? = nil
  ) {
    self.name = name
    self.keys = keys ?? [name]
    self.domain = domain
    self.conditions = conditions
    self.mark = mark
  }

  /// A value as it stands in a configuration.
  package func option(for value: ParameterValue) -> OptionValue {
    switch (value, domain) {
    case (.float(let number), _): OptionValue(OptionValue.number(number).content, mark: mark)
    case (.integer(let number), _): OptionValue(OptionValue.integer(number).content, mark: mark)
    case (.choice(let index), .choice(let choices)): choices[index].value
    default: preconditionFailure("\(value) is no value of \(name)")
    }
  }

  /// A value on one line, as tables show it; numbers with all the digits that they need.
  package func text(for value: ParameterValue) -> String {
    switch (value, domain) {
    case (.float(let number), _): "\(number)"
    case (.integer(let number), _): "\(number)"
    case (.choice(let index), .choice(let choices)): choices[index].text
    default: preconditionFailure("\(value) is no value of \(name)")
    }
  }
}

extension Parameter.Condition {
  /// Makes a condition in code.
  package init(of parameter: Int, among values: [ParameterValue]) {
    self.parameter = parameter
    self.values = values
  }
}
