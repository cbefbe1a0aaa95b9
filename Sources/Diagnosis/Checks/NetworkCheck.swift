/// Which networks the hosts have in common, and whether Open MPI may take others.
struct NetworkCheck: Check {
  static let name = "network"

  static func judge(_ job: JobFacts) -> Finding {
    let nodes = job.nodes
    guard nodes.count > 1 else {
      let own = nodes[0].first.interfaces.filter { !$0.isLoopback }
      return .ok(own.isEmpty ? "one host, without a network" : "one host; \(list(own))")
    }
    let common = commonSubnets(nodes)
    if let told = job.setting("btl_tcp_if_include") { return judge(told, nodes, common) }
    guard let best = common.first else {
      let all = nodes.map { "\($0.host): \(list($0.first.interfaces.filter { !$0.isLoopback }))" }
      return .warning(
        "no subnet is common to all hosts (\(all.joined(separator: "; ")))",
        hint: "join the hosts by one network, or let Open MPI take the routed one: "
          + "mpirun --mca btl_tcp_if_include CIDR,CIDR")
    }
    let usesTCP = job.ranks.contains { $0.transport.loaded.contains("btl_tcp") }
    let others = Set(
      nodes.flatMap { $0.first.interfaces }.filter { !$0.isLoopback }.map(\.subnet)
    ).subtracting(common).sorted()
    guard usesTCP, !others.isEmpty || common.count > 1 else {
      return .ok("all hosts are in \(common.joined(separator: ", "))")
    }
    let rest = others + common.dropFirst()
    return .warning(
      "all hosts are in \(best), but Open MPI may try \(rest.joined(separator: ", ")) too, "
        + "and hang or crawl there",
      hint: "mpirun --mca btl_tcp_if_include \(best) --mca oob_tcp_if_include \(best)")
  }

  /// Judges what Open MPI was told to use.
  private static func judge(
    _ told: String, _ nodes: [JobFacts.Node], _ common: [String]
  ) -> Finding {
    let wanted = told.split(separator: ",").map(String.init)
    let lost = nodes.filter { node in
      !node.first.interfaces.contains { interface in
        wanted.contains { $0 == interface.name || interface.isIn($0) }
      }
    }
    guard lost.isEmpty else {
      return .failed(
        "btl_tcp_if_include is \(told), but \(lost.map(\.host).joined(separator: ", ")) has no such network",
        hint: common.first.map { "mpirun --mca btl_tcp_if_include \($0)" }
          ?? "name a network that all hosts have, as CIDR")
    }
    return .ok("btl_tcp_if_include is \(told), which all hosts have")
  }

  /// The subnets that every host has an address in, each host another one.
  ///
  /// Bridges of container engines have the same address everywhere and lead nowhere.
  private static func commonSubnets(_ nodes: [JobFacts.Node]) -> [String] {
    let own = nodes.map { $0.first.interfaces.filter { !$0.isLoopback } }
    let subnets = own[0].map(\.subnet)
    return subnets.enumerated().filter { index, subnet in
      guard !subnets[..<index].contains(subnet) else { return false }
      let addresses = own.compactMap { $0.first { $0.subnet == subnet }?.address }
      return addresses.count == nodes.count && Set(addresses).count == addresses.count
    }.map(\.element)
  }

  private static func list(_ interfaces: [Interface]) -> String {
    interfaces.map { "\($0.name) \(Interface.text($0.address))/\($0.prefix)" }
      .joined(separator: ", ")
  }
}
