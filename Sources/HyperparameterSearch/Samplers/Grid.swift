/// All combinations of a space's levels: a tree, as conditions leave out whole axes.
///
/// Nothing is listed: a combination is found by its number as digits of a mixed radix are, the weight of a digit being
/// the number of combinations that its value leaves open. Values that no condition names leave the same ones open, so
/// only those that are named are told apart.
struct Grid {
  private let space: SearchSpace
  private let levels: [GridLevels]
  /// By parameter, the places of its levels that conditions name, in order.
  private let namedLevels: [[Int]]
  /// The counts found so far.
  private var counts: [OpenConditions: Int] = [:]

  /// Which conditions of the parameters from one on hold, as far as the values before it decide.
  private struct OpenConditions: Hashable {
    let parameter: Int
    let holds: [Bool]
  }

  /// Levels that leave the same combinations open.
  private struct Run {
    let levels: Range<Int>
    /// The combinations that each of them leaves open.
    let open: Int
  }

  /// The grid of a space, with the levels of each parameter.
  init(_ space: SearchSpace, _ levels: [GridLevels]) {
    self.space = space
    self.levels = levels
    namedLevels = space.parameters.indices.map { index in
      let named = space.parameters.flatMap(\.conditions).filter { $0.parameter == index }
        .flatMap(\.values)
      return Set(named.compactMap(levels[index].level)).sorted()
    }
  }

  /// The number of combinations, or the largest number there is where they are more.
  var count: Int {
    mutating get { count(after: []) }
  }

  /// The combination of a number.
  mutating func combination(_ number: Int) -> Assignment {
    precondition(number >= 0 && number < count, "the grid has no combination \(number)")
    var rest = number
    var assignment = Assignment()
    for index in space.parameters.indices {
      guard space.isActive(index, in: assignment) else {
        assignment.append(nil)
        continue
      }
      for run in runs(of: index, after: assignment) {
        let (level, remainder) = rest.quotientAndRemainder(dividingBy: run.open)
        if level < run.levels.count {
          assignment.append(levels[index][run.levels.lowerBound + level])
          rest = remainder
          break
        }
        rest -= run.levels.count * run.open
      }
    }
    return assignment
  }

  /// The number of combinations that begin with some values.
  private mutating func count(after assignment: Assignment) -> Int {
    let index = assignment.count
    if index == levels.count { return 1 }
    let open = OpenConditions(
      parameter: index,
      holds: space.parameters[index...].flatMap { parameter in
        parameter.conditions.filter { $0.parameter < index }.map { condition in
          assignment[condition.parameter].map(condition.values.contains) ?? false
        }
      })
    if let count = counts[open] { return count }
    let count =
      space.isActive(index, in: assignment)
      ? runs(of: index, after: assignment).reduce(0) { sum, run in
        sum.addingSaturated(run.levels.count.multipliedSaturated(by: run.open))
      } : count(after: assignment + [nil])
    counts[open] = count
    return count
  }

  /// The levels of a parameter whose conditions hold, by what they leave open.
  private mutating func runs(of index: Int, after assignment: Assignment) -> [Run] {
    var bounds = [0]
    for level in namedLevels[index] { bounds += [level, level + 1] }
    bounds.append(levels[index].count)
    var runs: [Run] = []
    for (lower, upper) in zip(bounds, bounds.dropFirst()) where lower < upper {
      let open = count(after: assignment + [levels[index][lower]])
      runs.append(Run(levels: lower..<upper, open: open))
    }
    return runs
  }
}

extension Int {
  /// The sum, or the largest number there is.
  fileprivate func addingSaturated(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }

  /// The product, or the largest number there is.
  fileprivate func multipliedSaturated(by other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
