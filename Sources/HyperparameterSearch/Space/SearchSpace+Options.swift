package import Options

extension SearchSpace {
  /// Reads the section `space`: a map from names to what they may be.
  ///
  /// ```yaml
  /// optimizer: {choice: [adam, sgd]}
  /// optimizer.adam.learning_rate: {float: [1e-4, 1e-1], log: true, when: {optimizer: adam}}
  /// width: {int: [16, 256], log: true, keys: [model.layers.0.dense.units, model.layers.1.dense.units]}
  /// ```
  ///
  /// A name is the key that it sets, unless `keys` says others. Problems go to the diagnostics, and a parameter with one
  /// is left out.
  package init(options: OptionReader) {
    let diagnostics = options.diagnostics
    var parameters: [Parameter] = []
    for name in options.keys {
      guard let value = options.value(name), value.entries != nil else {
        options.report("`\(name)` does not say what it may be", for: name, hint: Self.forms)
        continue
      }
      let reader = OptionReader(value, context: name, diagnostics: diagnostics)
      if let parameter = Self.parameter(
        name, mark: options.mark(of: name), reader, earlier: parameters, all: options.keys)
      {
        parameters.append(parameter)
      }
      reader.finish()
    }
    if options.keys.isEmpty {
      diagnostics.report(
        "the space is empty: nothing is searched for", at: options.mark, hint: Self.forms)
    }
    self.init(parameters)
    reportClashes(diagnostics)
  }

  private static let forms =
    "write `{float: [low, high]}`, `{int: [low, high]}` or `{choice: [a, b]}`"

  private static func parameter(
    _ name: String, mark: SourceMark?, _ reader: OptionReader, earlier: [Parameter], all: [String]
  ) -> Parameter? {
    let keys = keys(reader)
    let conditions = conditions(reader, of: name, earlier: earlier, all: all)
    let kinds = ["float", "int", "choice"].filter(reader.has)
    guard kinds.count == 1 else {
      reader.diagnostics.report(
        kinds.isEmpty
          ? "`\(name)` does not say what it may be"
          : "`\(name)` has \(kinds.map { "`\($0)`" }.joined(separator: " and ")), one is enough",
        at: mark, hint: forms)
      return nil
    }
    guard let domain = domain(kinds[0], reader), let conditions else { return nil }
    return Parameter(name, keys: keys, domain, conditions: conditions, mark: mark)
  }

  /// Reads `keys`, which names at least one, and none twice.
  private static func keys(_ reader: OptionReader) -> [String]? {
    guard let keys = reader.texts("keys") else { return nil }
    if keys.isEmpty {
      reader.report(
        "`keys` of \(reader.context) names no key, so its value goes nowhere", for: "keys",
        hint: "leave out `keys` where the name is the key itself")
    }
    if let twice = keys.indices.first(where: { keys[..<$0].contains(keys[$0]) }) {
      reader.report("`\(keys[twice])` is twice among the keys of \(reader.context)", for: "keys")
    }
    return keys
  }

  private static func domain(_ kind: String, _ reader: OptionReader) -> ParameterDomain? {
    switch kind {
    case "float": return floatDomain(reader)
    case "int": return integerDomain(reader)
    default:
      guard case .list(let items)? = reader.value("choice")?.content, !items.isEmpty else {
        reader.report(
          "`choice` of \(reader.context) takes a list of values", for: "choice",
          hint: "write `choice: [relu, tanh]`")
        return nil
      }
      let choices = items.map(Choice.init)
      for (index, choice) in choices.enumerated()
      where choices[..<index].contains(where: { $0.text == choice.text }) {
        reader.diagnostics.report(
          "`\(choice.text)` is twice among the choices of \(reader.context)",
          at: choice.value.mark)
        return nil
      }
      return .choice(choices)
    }
  }

  /// 2^53: up to there a `Double` holds every whole number, in which places in a domain are counted.
  private static let exactDoubles = 0x1p53

  private static func floatDomain(_ reader: OptionReader) -> ParameterDomain? {
    guard let bounds = reader.numbers("float") else { return nil }
    let isLog = reader.boolean("log", default: false)
    let step = reader.optionalPositiveNumber("step")
    guard let (low, high) = checked(bounds, "float", reader) else { return nil }
    if isLog && low <= 0 {
      reader.report(
        "a logarithmic range begins above 0, that of \(reader.context) at \(low)", for: "float")
      return nil
    }
    if isLog && step != nil { return refuseStep(reader) }
    guard (high - low).isFinite, (high - low) / (step ?? .infinity) < exactDoubles else {
      reader.report(
        "`float` of \(reader.context) is a range of too many numbers: \(low) to \(high)"
          + (step.map { " in steps of \($0)" } ?? ""), for: "float")
      return nil
    }
    return .float(low: low, high: high, step: step, isLog: isLog)
  }

  private static func integerDomain(_ reader: OptionReader) -> ParameterDomain? {
    guard let bounds = reader.integers("int", in: Int.min...) else { return nil }
    let isLog = reader.boolean("log", default: false)
    let step = reader.integer("step", default: 1, in: 1...)
    guard let (low, high) = checked(bounds, "int", reader) else { return nil }
    if Double(low).magnitude > exactDoubles || Double(high).magnitude > exactDoubles {
      reader.report(
        "the bounds of \(reader.context) are \(low) and \(high), legal is -2^53 to 2^53", for: "int"
      )
      return nil
    }
    if isLog && low < 1 {
      reader.report(
        "a logarithmic range begins at 1 or more, that of \(reader.context) at \(low)", for: "int")
      return nil
    }
    if isLog && step != 1 { return refuseStep(reader) }
    return .integer(low: low, high: low + (high - low) / step * step, step: step, isLog: isLog)
  }

  private static func refuseStep(_ reader: OptionReader) -> ParameterDomain? {
    reader.report(
      "`step` of \(reader.context) means nothing in a logarithmic range", for: "step",
      hint: "leave out `step`, or `log`")
    return nil
  }

  private static func checked<Number: Comparable>(
    _ bounds: [Number], _ kind: String, _ reader: OptionReader
  ) -> (Number, Number)? {
    guard bounds.count == 2 else {
      reader.report(
        "`\(kind)` of \(reader.context) takes a lower and an upper bound, found \(bounds.count) "
          + (bounds.count == 1 ? "number" : "numbers"), for: kind,
        hint: "write `\(kind): [low, high]`")
      return nil
    }
    guard bounds[0] <= bounds[1] else {
      reader.report(
        "the bounds of \(reader.context) are \(bounds[0]) and \(bounds[1]), the lower one comes first",
        for: kind)
      return nil
    }
    return (bounds[0], bounds[1])
  }

  /// Reads `when`; nil after a problem was reported.
  private static func conditions(
    _ reader: OptionReader, of name: String, earlier: [Parameter], all: [String]
  ) -> [Parameter.Condition]? {
    guard let when = reader.nested("when", context: "`when` of \(name)") else { return [] }
    var conditions: [Parameter.Condition] = []
    var isRight = true
    for key in when.keys {
      let value = when.value(key) ?? OptionValue(.null, mark: when.mark(of: key))
      guard let index = earlier.firstIndex(where: { $0.name == key }) else {
        reportUnknown(key, in: when, of: name, all: all, earlier: earlier.map(\.name))
        isRight = false
        continue
      }
      let items: [OptionValue]
      if case .list(let list) = value.content { items = list } else { items = [value] }
      let values = items.compactMap { item -> ParameterValue? in
        if let value = earlier[index].value(written: item) { return value }
        when.diagnostics.report(
          "\(item.kindDescription) is none of the values of `\(key)`", at: item.mark,
          hint: "it is \(earlier[index].domain.text)")
        isRight = false
        return nil
      }
      if items.isEmpty {
        when.report("`when` of \(name) names no value of `\(key)`", for: key)
        isRight = false
      }
      conditions.append(Parameter.Condition(of: index, among: values))
    }
    return isRight ? conditions : nil
  }

  /// Reports a condition on what is no parameter above; what is one that is wrong itself is reported there.
  private static func reportUnknown(
    _ key: String, in when: OptionReader, of name: String, all: [String], earlier: [String]
  ) {
    let above = all.prefix { $0 != name }
    if above.contains(key) { return }
    let hint: String
    if all.contains(key), key != name {
      hint = "write `\(key)` above it"
    } else {
      let meant = Suggestion.nearest(to: key, among: earlier).map { "did you mean `\($0)`? " } ?? ""
      hint =
        meant + (above.isEmpty ? "none is above it" : "above it: " + above.joined(separator: ", "))
    }
    when.diagnostics.report(
      "`\(key)` is no parameter above `\(name)`", at: when.mark(of: key), hint: hint)
  }
}

extension Parameter {
  /// The value that a scalar in a condition means; nil where it is none.
  fileprivate func value(written item: OptionValue) -> ParameterValue? {
    let value: ParameterValue?
    switch domain {
    case .float: value = ScalarText.number(item).map(ParameterValue.float)
    case .integer: value = ScalarText.integer(item).map(ParameterValue.integer)
    case .choice(let choices):
      let text = Choice(item).text
      let index =
        choices.firstIndex { $0.text == text } ?? choices.firstIndex { $0.name == text }
      value = index.map(ParameterValue.choice)
    }
    return value.flatMap { domain.contains($0) ? $0 : nil }
  }
}
