internal import Options
internal import Tensors

extension UpdatePlan {
  /// Names listed in a hint.
  private static let hintedNames = 5

  /// For each tensor the index of the group that has it; nil for none.
  static func owners(
    _ groups: [ParameterGroup], _ optimizer: any Optimizer, _ layout: ArenaLayout
  ) throws(OptionsError) -> [Int?] {
    let diagnostics = Diagnostics()
    let names = layout.entries.map(\.name)
    var owners = [Int?](repeating: nil, count: names.count)
    for (index, group) in groups.enumerated() {
      let matches = group.match.map { pattern in
        names.indices.filter { pattern.matches(names[$0]) }
      }
      for (pattern, tensors) in zip(group.match, matches) where tensors.isEmpty {
        reportNoMatch(pattern, names, diagnostics)
      }
      let matched = matches.joined()
      let free = matched.filter { owners[$0] == nil }
      for tensor in free { owners[tensor] = index }
      if let first = matched.first, free.isEmpty, let owner = owners[first] {
        reportNothingLeft(group, to: groups[owner], diagnostics)
      }
      if group.weightDecay != nil, !(optimizer is any DecayingOptimizer) {
        diagnostics.report(
          "a parameter group sets `weight_decay`, but \(type(of: optimizer).kind) has none",
          at: group.weightDecayMark, hint: "remove it, or choose another optimizer")
      }
    }
    try diagnostics.throwIfAny()
    return owners
  }

  private static func reportNoMatch(
    _ pattern: NamePattern, _ names: [String], _ diagnostics: Diagnostics
  ) {
    // The arena has the last layer first; people read it the other way round.
    let nearest = pattern.nearest(hintedNames, among: names.reversed())
    diagnostics.report(
      "`\(pattern.text)` of a parameter group matches no tensor", at: pattern.mark,
      hint: nearest.isEmpty
        ? "the network has no parameters"
        : "the nearest names are \(nearest.joined(separator: ", ")); `*` stands for anything")
  }

  private static func reportNothingLeft(
    _ group: ParameterGroup, to owner: ParameterGroup, _ diagnostics: Diagnostics
  ) {
    let patterns = group.match.map { "`\($0.text)`" }.joined(separator: ", ")
    let taken = owner.match.map { "`\($0.text)`" }.joined(separator: ", ")
    diagnostics.report(
      "the parameter group of \(patterns) is left without a tensor", at: group.mark,
      hint: "the first group that matches has a tensor, here that of \(taken): change their order")
  }
}
