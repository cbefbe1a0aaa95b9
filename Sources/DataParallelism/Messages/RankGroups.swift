internal import MessagePassing

/// Which ranks share memory: the ranks of a node, all ranks, or none.
package enum RankGrouping: Sendable, Hashable {
  /// All ranks are one group; they must be on one node.
  case together
  /// The ranks of each node are a group.
  case byNode
  /// Each rank is a group of its own.
  case apart
  /// Groups of so many consecutive ranks, each on one node.
  case sizes([Int])
}

/// The groups of ranks that share memory, and the communicators that follow from them.
///
/// Ranks are numbered anew, so that those of a group follow each other however the launcher dealt
/// them to nodes; rank 0 stays rank 0. Which rank computes what never changes a bit.
@safe
struct RankGroups: Sendable {
  /// All ranks.
  let all: Communicator
  /// The ranks of each group.
  let groups: [Range<Int>]
  /// The number of this rank's group.
  let own: Int
  /// The ranks of this rank's group, in the same order.
  let members: Communicator
  /// The first ranks of the groups; nil on the others.
  let leaders: Communicator?
  /// What the world calls each rank.
  let worldRanks: [Int]
  private let made: [Communicator]

  /// The ranks of this rank's group.
  var ownRanks: Range<Int> { groups[own] }
  /// This rank's place in its group.
  var place: Int { all.rank - ownRanks.lowerBound }
  /// Whether this rank is the first of its group.
  var isLeader: Bool { place == 0 }

  /// Forms the groups; collective.
  ///
  /// - Throws: ``MPIError`` as MPI reports it.
  init(_ grouping: RankGrouping, world: World) throws(MPIError) {
    let communicator = world.communicator
    let colors = try communicator.allGather(try Self.color(grouping, world))
    var order: [Int] = []
    var groups: [Range<Int>] = []
    for (rank, color) in colors.enumerated() where !order.contains(rank) {
      let start = order.count
      order += colors.indices.filter { colors[$0] == color }
      groups.append(start..<order.count)
    }
    var made: [Communicator] = []
    let place = order.firstIndex(of: communicator.rank) ?? communicator.rank
    let own = groups.firstIndex { $0.contains(place) } ?? 0
    if order == Array(0..<communicator.size) {
      all = communicator
    } else {
      all = try communicator.split(color: 0, key: place)
      made.append(all)
    }
    let isLeader = groups[own].lowerBound == place
    members = try all.split(color: own, key: place)
    let leaders = try all.split(color: isLeader ? 0 : 1, key: place)
    self.made = made + [members, leaders]
    self.leaders = isLeader ? leaders : nil
    self.groups = groups
    self.own = own
    worldRanks = order
  }

  /// A number that the ranks of one group have in common.
  private static func color(_ grouping: RankGrouping, _ world: World) throws(MPIError) -> Int {
    switch grouping {
    case .together: return 0
    case .apart: return world.rank
    case .byNode: return try world.node.allGather(world.rank)[0]
    case .sizes(let sizes):
      precondition(
        sizes.reduce(0, +) == world.size && sizes.allSatisfy { $0 > 0 },
        "groups of \(sizes) for \(world.size) ranks")
      var end = 0
      for (group, size) in sizes.enumerated() {
        end += size
        if world.rank < end { return group }
      }
      preconditionFailure("rank \(world.rank) is in none of the groups \(sizes)")
    }
  }

  /// Frees the communicators; collective.
  ///
  /// - Throws: ``MPIError`` as MPI reports it.
  func free() throws(MPIError) {
    for communicator in made { try communicator.free() }
  }
}
