package import Options

/// Goes through all combinations of values, the last parameter's changing fastest.
///
/// A parameter whose conditions do not hold has no value, so combinations that would differ in it alone are one. Floats
/// without a step have no end of values: `points` says how many of them count.
package struct GridSampler: Sampler {
  package static let kind = "grid"
  package var learns: Bool { false }

  /// How many values of a range count, evenly over it and with both its bounds.
  private enum Points: Sendable {
    /// Nobody said; a range of floats without a step cannot be searched.
    case none
    /// Of each range of floats without a step.
    case ofFloats(Int)
    /// Of the ranges named.
    case named([(name: String, mark: SourceMark?, count: Int)])
  }

  private let points: Points

  /// Makes the sampler.
  ///
  /// - Parameter points: the number of values of each range of floats without a step; nil where there is none.
  package init(points: Int? = nil) {
    precondition(points ?? 1 >= 1, "a grid of \(points ?? 0) points")
    self.points = points.map(Points.ofFloats) ?? .none
  }

  /// Reads `points`: a number, or a map from names of parameters to numbers.
  package init(options: OptionReader) {
    defer { options.finish() }
    guard case .map? = options.value("points")?.content,
      let named = options.nested("points", context: "`points` of grid")
    else {
      points = options.has("points") ? .ofFloats(options.integer("points", in: 1...10_000)) : .none
      return
    }
    points = .named(
      named.keys.map { name in
        (name, named.mark(of: name), named.integer(name, in: 1...10_000))
      })
  }

  /// Refuses names that are no ranges, and floats without an end of values.
  package func check(_ space: SearchSpace, _ diagnostics: Diagnostics) {
    if case .named(let named) = points {
      let ranges = space.parameters.filter { $0.domain.isRange }.map(\.name)
      for (name, mark, _) in named where !ranges.contains(name) {
        let meant = Suggestion.nearest(to: name, among: ranges).map { "did you mean `\($0)`? " }
        diagnostics.report(
          "`\(name)` is no range of the space, so the grid takes no points of it", at: mark,
          hint: (meant ?? "")
            + (ranges.isEmpty ? "there is none" : "ranges: " + ranges.joined(separator: ", ")))
      }
    }
    for parameter in space.parameters where levels(of: parameter) == nil {
      diagnostics.report(
        "`\(parameter.name)` has no end of values, a grid needs to know which", at: parameter.mark,
        hint: "give it a `step`, or write `sampler: {grid: {points: 5}}`")
    }
  }

  /// The number of combinations, or the largest number there is where they are more.
  package func limit(in space: SearchSpace) -> Int? {
    var grid = grid(of: space)
    return grid.count
  }

  /// The combination of a trial.
  package func assignment(ofTrial number: Int, in study: StudyState) -> Assignment {
    var grid = grid(of: study.space)
    return grid.combination(number)
  }

  private func grid(of space: SearchSpace) -> Grid {
    Grid(
      space,
      space.parameters.map { parameter in
        guard let levels = levels(of: parameter) else {
          preconditionFailure("\(parameter.name) has no end of values")
        }
        return levels
      })
  }

  /// The values of a parameter that count; nil where there is no end of them.
  private func levels(of parameter: Parameter) -> GridLevels? {
    let wanted: Int? =
      switch points {
      case .none: nil
      case .ofFloats(let count): parameter.domain.count == nil ? count : nil
      case .named(let named): named.first { $0.name == parameter.name }?.count
      }
    return GridLevels(parameter.domain, points: wanted)
  }
}
