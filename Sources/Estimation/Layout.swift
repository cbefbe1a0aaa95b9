/// Where a job's lanes are.
package struct Layout: Sendable, Hashable {
  /// The machines.
  package var hosts: Int
  /// Ranks of each.
  package var ranksPerHost: Int
  /// Worker threads of each rank.
  package var workers: Int

  /// Describes a layout.
  package init(hosts: Int = 1, ranksPerHost: Int = 1, workers: Int = 1) {
    self.hosts = hosts
    self.ranksPerHost = ranksPerHost
    self.workers = workers
  }

  /// All ranks.
  package var ranks: Int { hosts * ranksPerHost }
  /// Lanes of a machine.
  package var lanesPerHost: Int { ranksPerHost * workers }
  /// All lanes.
  package var lanes: Int { hosts * lanesPerHost }
}
