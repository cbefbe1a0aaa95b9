package import Options

extension SearchSpace {
  /// Assignments that together hold each parameter's lowest and highest value and each choice, all others in the
  /// middle of their domains; one of a parameter with conditions also has what fulfils them.
  package var extremes: [Assignment] {
    parameters.indices.flatMap { index in
      parameters[index].domain.borders.map { border in
        var forced = [Int: ParameterValue]()
        force(index, to: border, in: &forced)
        return assignment { place, parameter in
          forced[place] ?? parameter.domain.value(at: 0.5)
        }
      }
    }
  }

  /// Notes what a parameter must be, and what those must be that its conditions name.
  private func force(_ index: Int, to value: ParameterValue, in forced: inout [Int: ParameterValue])
  {
    forced[index] = value
    for condition in parameters[index].conditions {
      if let first = condition.values.first {
        force(condition.parameter, to: first, in: &forced)
      }
    }
  }

  /// What is wrong with the extremes, each problem once, with the value that brings it about.
  ///
  /// - Parameter check: what is wrong with a configuration that has some values in place, those that are not nil.
  /// - Returns: the problems, in the order of the parameters.
  package func problems(_ check: (Assignment) -> [Diagnostic]) -> [Diagnostic] {
    var found: [(culprit: Int?, isAtBorder: Bool, problem: Diagnostic)] = []
    var seen: Set<String> = []
    for assignment in extremes {
      for problem in check(assignment) where seen.insert(problem.description).inserted {
        let culprit = parameters.indices.first { index in
          let alone = self.alone(index, in: assignment)
          return alone[index] != nil
            && check(alone).contains { $0.description == problem.description }
        }
        let value = culprit.flatMap { assignment[$0] }
        if let culprit, let value {
          let isAtBorder = parameters[culprit].domain.borders.contains(value)
          found.append((culprit, isAtBorder, self.problem(problem, with: value, of: culprit)))
        } else {
          let message = "with \(text(assignment)): \(problem.message)"
          found.append((nil, true, Diagnostic(message, at: problem.mark, hint: problem.hint)))
        }
      }
    }
    // What is wrong in the middle is told where nothing is at the borders.
    let wrongBorders = Set(found.filter(\.isAtBorder).compactMap(\.culprit))
    let told = found.filter { entry in
      entry.isAtBorder || entry.culprit.map { !wrongBorders.contains($0) } ?? true
    }
    return (Array(parameters.indices) + [nil]).flatMap { (culprit: Int?) in
      told.filter { $0.culprit == culprit }.map(\.problem)
    }
  }

  /// An assignment of one parameter, and of those that its conditions name.
  private func alone(_ index: Int, in assignment: Assignment) -> Assignment {
    var alone = Assignment(repeating: nil, count: parameters.count)
    func keep(_ index: Int) {
      alone[index] = assignment[index]
      for condition in parameters[index].conditions { keep(condition.parameter) }
    }
    keep(index)
    return alone
  }

  /// A problem that a parameter's value brings about, naming the value and where it is searched for.
  private func problem(
    _ problem: Diagnostic, with value: ParameterValue, of index: Int
  ) -> Diagnostic {
    let parameter = parameters[index]
    let message = "with `\(parameter.name)` \(parameter.text(for: value)): \(problem.message)"
    guard let place = parameter.mark, let mark = problem.mark, mark.source !== place.source else {
      return Diagnostic(message, at: problem.mark ?? parameter.mark, hint: problem.hint)
    }
    let searched = "`\(parameter.name)` is searched at \(place.source.name):\(place.line)"
    return Diagnostic(
      message, at: mark, hint: problem.hint.map { "\($0); \(searched)" } ?? searched)
  }
}
