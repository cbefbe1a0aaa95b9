internal import HyperparameterSearch
internal import JSONText
internal import Options

/// What a parameter may be, as Optuna writes it beside each value.
enum Distribution {
  /// A domain as Optuna's JSON.
  static func json(_ domain: ParameterDomain) -> JSONValue {
    switch domain {
    case .float(let low, let high, let step, let isLog):
      json(
        "FloatDistribution",
        [
          ("step", step.map(JSONValue.number) ?? .null), ("low", .number(low)),
          ("high", .number(high)), ("log", .boolean(isLog)),
        ])
    case .integer(let low, let high, let step, let isLog):
      json(
        "IntDistribution",
        [
          ("log", .boolean(isLog)), ("step", .integer(Int64(step))), ("low", .integer(Int64(low))),
          ("high", .integer(Int64(high))),
        ])
    case .choice(let choices):
      json("CategoricalDistribution", [("choices", .array(choices.map(scalar)))])
    }
  }

  private static func json(_ name: String, _ attributes: [(String, JSONValue)]) -> JSONValue {
    ["name": .string(name), "attributes": .object(JSONObject(attributes))]
  }

  /// A choice as one of the few types that Optuna takes; what is no scalar by its text.
  private static func scalar(_ choice: Choice) -> JSONValue {
    if case .null = choice.value.content { return .null }
    if let value = ScalarText.boolean(choice.value) { return .boolean(value) }
    if let value = ScalarText.integer(choice.value) { return .integer(Int64(value)) }
    if let value = ScalarText.number(choice.value), value.isFinite { return .number(value) }
    return .string(choice.text)
  }

  /// Reads a domain from Optuna's JSON; choices are the scalars that stand there.
  static func domain(_ json: JSONValue) throws(JSONError) -> ParameterDomain {
    guard let object = json.object else { throw JSONError("a distribution is no object") }
    let attributes = try object.object("attributes")
    switch try object.string("name") {
    case "FloatDistribution":
      return .float(
        low: try attributes.number("low"), high: try attributes.number("high"),
        step: attributes["step"]?.number, isLog: try attributes.required("log") == true)
    case "IntDistribution":
      return .integer(
        low: try attributes.integer("low"), high: try attributes.integer("high"),
        step: try attributes.integer("step"), isLog: try attributes.required("log") == true)
    case "CategoricalDistribution":
      return .choice(try attributes.array("choices").map(choice))
    case let name: throw JSONError("`\(name)` is an unknown distribution")
    }
  }

  private static func choice(_ json: JSONValue) -> Choice {
    switch json {
    case .null: Choice(OptionValue(.null))
    case .boolean(let value): Choice(OptionValue(.scalar("\(value)", isQuoted: false)))
    case .integer(let value): Choice(OptionValue(.scalar("\(value)", isQuoted: false)))
    case .number(let value): Choice(OptionValue(.scalar("\(value)", isQuoted: false)))
    case .string(let text): Choice(OptionValue(.scalar(text, isQuoted: true)))
    case .array, .object: Choice(OptionValue(.scalar(json.text(), isQuoted: true)))
    }
  }

  /// A parameter's value as the number that Optuna keeps: a choice as its place.
  static func number(_ value: ParameterValue) -> Double {
    switch value {
    case .float(let number): number
    case .integer(let number): Double(number)
    case .choice(let index): Double(index)
    }
  }

  /// A value as Optuna's API gives it.
  static func json(_ value: ParameterValue, in domain: ParameterDomain) -> JSONValue {
    switch (value, domain) {
    case (.float(let number), _): .number(number)
    case (.integer(let number), _): .integer(Int64(number))
    case (.choice(let index), .choice(let choices)): scalar(choices[index])
    default: preconditionFailure("\(value) is no value of \(domain)")
    }
  }

  /// The value that a number stands for; nil where it is none of the domain.
  static func value(_ number: Double, in domain: ParameterDomain) -> ParameterValue? {
    switch domain {
    case .float: .float(number)
    case .integer: Int(exactly: number).map(ParameterValue.integer)
    case .choice(let choices):
      Int(exactly: number).flatMap { choices.indices.contains($0) ? .choice($0) : nil }
    }
  }
}
