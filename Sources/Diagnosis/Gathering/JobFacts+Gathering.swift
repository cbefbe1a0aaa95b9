package import Configuration
internal import DataParallelism
internal import JSONText
package import MessagePassing

extension JobFacts {
  /// Gathers the facts of all ranks, and measures between them.
  ///
  /// Collective.
  ///
  /// - Parameters:
  ///   - world: all ranks.
  ///   - configuration: the configuration as this rank reads it, or why it cannot; nil where none was given.
  ///   - folder: the folder that runs would be written to.
  /// - Returns: the facts, the same on every rank.
  /// - Throws: `MPIError` where messages fail.
  package static func gather(
    _ world: World, configuration: Result<RunConfiguration, any Error>?, folder: String
  ) throws -> JobFacts {
    let first = try world.node.allGather(world.rank)[0]
    let train = try? configuration?.get().train
    let isFirst = world.rank == first
    let facts = RankFacts(
      host: world.hostName, node: first,
      processors: try ProcessorFacts(
        workers: train?.workers, shards: train?.shards, world: world),
      memory: MemoryFacts(), software: SoftwareFacts(world),
      transport: try TransportFacts(world), interfaces: Interface.all,
      disk: world.rank == 0 ? DiskFacts(of: folder) : nil,
      configuration: configuration.map {
        ConfigurationFacts($0, hashesFiles: isFirst, measures: world.rank == 0)
      }, meetingSeconds: meetingSeconds(world))
    let texts = try world.communicator.allGather(text: JSONValue.object(facts.json).text())
    let ranks = try texts.map { text in
      guard let object = try JSONValue.parse(text).object else {
        throw JSONError("the facts of a rank are no object")
      }
      return try RankFacts(json: object)
    }
    return JobFacts(
      ranks: ranks, links: try links(world, nodes: ranks.map(\.node)),
      isLaunched: World.isLaunched)
  }

  /// How long this rank's node takes to meet; nil where it cannot, of which the check of shared memory tells.
  private static func meetingSeconds(_ world: World) -> Double? {
    guard world.node.size > 1 else { return nil }
    return try? MeetingTime.measure(world.node)
  }

  /// What rank 0 measured, on every rank.
  private static func links(_ world: World, nodes: [Int]) throws -> [LinkFacts] {
    var links: [LinkFacts] = []
    for peer in LinkFacts.peers(nodes: nodes) where world.rank == 0 || world.rank == peer {
      if let link = try LinkFacts.measure(to: peer, world.communicator) { links.append(link) }
    }
    let text = JSONValue.array(links.map { .object($0.json) }).text()
    let bytes = try world.communicator.broadcast(bytes: Array(text.utf8), from: 0)
    return try (JSONValue.parse(bytes).array ?? []).compactMap(\.object)
      .map(LinkFacts.init(json:))
  }
}
