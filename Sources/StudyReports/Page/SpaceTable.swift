internal import HyperparameterSearch

/// The table of what was searched.
enum SpaceTable {
  /// The element `table`.
  ///
  /// - Parameters:
  ///   - space: the parameters.
  ///   - best: the values of the best trial; nil where there is none.
  /// - Returns: the element.
  static func html(_ space: SearchSpace, best: Assignment?) -> String {
    let hasConditions = space.parameters.contains { !$0.conditions.isEmpty }
    var heads = ["parameter", "values"]
    if hasConditions { heads.append("when") }
    if best != nil { heads.append("best trial") }
    let rows = space.parameters.enumerated().map { index, parameter in
      var cells = [parameter.domain.text]
      if hasConditions { cells.append(conditions(of: parameter, in: space)) }
      if let best { cells.append(best[index].map(parameter.text) ?? "none") }
      let rest = cells.map { "<td class=\"w\">\(HTMLText.escaped($0))</td>" }.joined()
      return "<tr><td class=\"w\">\(HTMLText.breakable(parameter.name))</td>\(rest)</tr>"
    }
    let head = heads.map { "<th scope=\"col\">\($0)</th>" }.joined()
    return
      "<table><thead><tr>\(head)</tr></thead><tbody>\(rows.joined(separator: "\n"))</tbody></table>"
  }

  private static func conditions(of parameter: Parameter, in space: SearchSpace) -> String {
    parameter.conditions.map { condition in
      let deciding = space.parameters[condition.parameter]
      let values = condition.values.map(deciding.text).joined(separator: " or ")
      return "\(deciding.name) is \(values)"
    }.joined(separator: " and ")
  }
}

extension ParameterDomain {
  /// What it holds, in words.
  fileprivate var text: String {
    switch self {
    case .float(let low, let high, let step, let isLog):
      "\(low) to \(high)" + (step.map { " in steps of \($0)" } ?? "") + (isLog ? ", log" : "")
    case .integer(let low, let high, let step, let isLog):
      "\(low) to \(high)" + (step == 1 ? ", whole numbers" : " in steps of \(step)")
        + (isLog ? ", log" : "")
    case .choice(let choices): choices.map(\.text).joined(separator: ", ")
    }
  }
}
