internal import DataParallelism

/// Predicts the time of a step from the costs of its parts.
///
/// On one host: each lane computes its shards, all meet, each adds its slice of all gradients and steps it,
/// and all meet again. Between hosts the gradients travel by a reduce-scatter, which begins with the last
/// shard's backward pass, in pieces; each host steps its part; the parameters come back by an all-gather.
/// So a step of several hosts is
///
///     forward + max(backward, reduce-scatter) + last piece + add + update + all-gather
///
/// Messages cost latency + bytes / bandwidth each (*Optimization of Collective Communication Operations in
/// MPICH*, Thakur, Rabenseifner and Gropp, 2005); a reduce-scatter or all-gather of n bytes over N hosts
/// sends N - 1 messages and (N - 1) / N n bytes.
package struct ScalingModel: Sendable {
  /// What the parts cost.
  package let costs: StepCosts
  /// What a step consists of.
  package let workload: Workload
  /// The cores of each host.
  package let coresPerHost: Int
  /// The network; nil where all is on one host.
  package let link: Link?

  /// The share of the backward pass in a shard's time: it takes two products where forward takes one.
  private static let backwardShare = 2.0 / 3
  /// Bytes of the pieces that gradients travel in.
  private static let piece = Double(1 << 20)

  /// Makes a model.
  package init(costs: StepCosts, workload: Workload, coresPerHost: Int, link: Link?) {
    self.costs = costs
    self.workload = workload
    self.coresPerHost = coresPerHost
    self.link = link
  }

  /// Predicts a step.
  ///
  /// - Parameter layout: where the lanes are; one host where there is no link.
  /// - Returns: the prediction; nil where there are fewer shards than ranks.
  package func predict(_ layout: Layout) -> StepPrediction? {
    guard layout.ranks <= workload.shards, link != nil || layout.hosts == 1 else { return nil }
    let busy = min(layout.lanesPerHost, coresPerHost)
    let cost = costs.at(lanes: busy)
    // More lanes than cores take turns.
    let turns = Double(layout.lanesPerHost) / Double(busy)
    let most = (workload.shards + layout.lanes - 1) / layout.lanes
    let shard = cost.shard * turns
    let shardsPerHost = (workload.shards + layout.hosts - 1) / layout.hosts
    let lanes = Double(busy)
    let bytes = workload.gradientBytes
    var added = Double(shardsPerHost) * bytes
    let parts = Double(mostParts(hosts: layout.hosts))
    if layout.hosts > 1 { added += parts * bytes }
    let stepped =
      Double(workload.parameters) / (workload.isSharded ? Double(layout.hosts) : 1)
    let messages = self.messages(hosts: layout.hosts, parts: parts, backward: shard)
    return StepPrediction(
      layout: layout, compute: Double(most) * shard, add: added / lanes * cost.addByte,
      update: stepped / lanes * cost.updateParameter,
      waiting: layout.lanesPerHost > 1 ? cost.waiting : 0,
      exposedMessages: messages.exposed, messages: messages.all, samples: workload.globalBatch)
  }

  /// The time of the messages between hosts, and what of it nothing else hides.
  private func messages(
    hosts: Int, parts: Double, backward shard: Double
  ) -> (all: Double, exposed: Double) {
    guard hosts > 1, let link else { return (0, 0) }
    let others = Double(hosts - 1)
    let share = others / Double(hosts)
    func seconds(_ bytes: Double) -> Double {
      others * link.latency + share * bytes / link.bandwidth
    }
    let wire = Double(workload.parameters * workload.wireBytes) * parts
    let scatter = seconds(wire)
    let gather = seconds(workload.gradientBytes)
    let last = seconds(min(wire, Self.piece * parts))
    let hidden = workload.overlaps ? min(scatter - last, Self.backwardShare * shard) : 0
    return (scatter + gather, scatter - max(0, hidden) + gather)
  }

  /// The most partial sums that a host has to send: its shards need not be a whole branch of the tree in
  /// which all are added, and what cannot be added before it meets others' sums travels apart.
  private func mostParts(hosts: Int) -> Int {
    guard hosts > 1 else { return 1 }
    let plan = LanePlan(shards: workload.shards, lanes: hosts, mode: .eager)
    return (0..<hosts).map { host in plan.frontier.count { $0.lane == host } }.max() ?? 1
  }
}
