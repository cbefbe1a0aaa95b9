internal import MessagePassing

/// What is known of a job: every rank's own facts, and what rank 0 measured to the others.
package struct JobFacts: Sendable, Equatable {
  /// Each rank's facts, in order of ranks; at least one.
  package var ranks: [RankFacts]
  /// What rank 0 measured to other ranks.
  package var links: [LinkFacts]
  /// Whether a launcher such as `mpirun` started the job.
  package var isLaunched: Bool

  /// Collects facts.
  ///
  /// - Precondition: there is a rank.
  package init(ranks: [RankFacts], links: [LinkFacts] = [], isLaunched: Bool) {
    precondition(!ranks.isEmpty, "a job of no ranks")
    self.ranks = ranks
    self.links = links
    self.isLaunched = isLaunched
  }

  /// The ranks of one machine.
  struct Node {
    /// Its name.
    let host: String
    /// Its ranks, ascending.
    let ranks: [Int]
    /// Their facts.
    let facts: [RankFacts]

    /// The facts that one rank gathers for all of its node.
    var first: RankFacts { facts[0] }
  }

  /// The machines, in order of their first ranks.
  var nodes: [Node] {
    var order: [Int] = []
    for rank in ranks where !order.contains(rank.node) { order.append(rank.node) }
    return order.map { node in
      let own = ranks.indices.filter { ranks[$0].node == node }
      return Node(host: ranks[own[0]].host, ranks: own, facts: own.map { ranks[$0] })
    }
  }

  /// The ranks by something that they should have in common.
  func groups(by value: (RankFacts) -> String) -> RanksByValue {
    RanksByValue(values: ranks.map(value), hosts: ranks.map(\.host))
  }

  /// The setting of Open MPI by its name, from the first rank that has it; nil where it was told nothing.
  func setting(_ name: String) -> String? {
    ranks.lazy.compactMap { $0.transport.settings["OMPI_MCA_\(name)"] }.first
  }

  /// The configuration that rank 0 read; nil where none was given or it could not be read.
  var configuration: ConfigurationFacts? {
    ranks[0].configuration.flatMap { $0.problem == nil ? $0 : nil }
  }
}
