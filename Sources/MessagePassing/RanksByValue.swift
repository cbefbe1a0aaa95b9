/// The ranks of a job by what they have in common, to say who differs.
///
/// `AVX2 on ranks 0-3 (host a), AVX-512 on rank 4 (host b)`
package struct RanksByValue: Sendable, Equatable {
  /// The ranks that have one value.
  package struct Group: Sendable, Equatable {
    /// The value, in words.
    package let value: String
    /// The ranks that have it, ascending.
    package fileprivate(set) var ranks: [Int]
    /// Their hosts, each once, in order of ranks.
    package fileprivate(set) var hosts: [String]

    /// The ranks and hosts in words: `ranks 0-3 (host a)`.
    package var place: String {
      RanksByValue.text(ranks) + (hosts.count == 1 ? " (host " : " (hosts ")
        + hosts.joined(separator: ", ") + ")"
    }
  }

  /// The groups, in order of their first ranks.
  package private(set) var groups: [Group] = []

  /// Whether all ranks have the same value.
  package var isUniform: Bool { groups.count <= 1 }

  /// Groups ranks.
  ///
  /// - Parameters:
  ///   - values: each rank's value, in order of ranks.
  ///   - hosts: each rank's host.
  package init(values: [String], hosts: [String]) {
    precondition(values.count == hosts.count, "\(values.count) values of \(hosts.count) ranks")
    for (rank, (value, host)) in zip(values, hosts).enumerated() {
      if let index = groups.firstIndex(where: { $0.value == value }) {
        groups[index].ranks.append(rank)
        if !groups[index].hosts.contains(host) { groups[index].hosts.append(host) }
      } else {
        groups.append(Group(value: value, ranks: [rank], hosts: [host]))
      }
    }
  }

  /// All groups in words.
  package var description: String {
    groups.map { "\($0.value) on \($0.place)" }.joined(separator: ", ")
  }

  /// Ranks in words, neighbours joined.
  ///
  /// - Parameter ranks: ascending.
  /// - Returns: `rank 2`, `ranks 0-3, 6`.
  package static func text(_ ranks: [Int]) -> String {
    var runs: [ClosedRange<Int>] = []
    for rank in ranks {
      if let last = runs.last, last.upperBound + 1 == rank {
        runs[runs.count - 1] = last.lowerBound...rank
      } else {
        runs.append(rank...rank)
      }
    }
    let parts = runs.map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
    }
    return (ranks.count == 1 ? "rank " : "ranks ") + parts.joined(separator: ", ")
  }
}
