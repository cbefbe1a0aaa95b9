internal import FlightRecords

/// Finds the rank that others wait for, or that hangs by itself, in what one rank can see.
///
/// A lane that has neither said anything nor waited for a while is silent; a rank that waits for a
/// message points at the rank that owes it, which may itself wait for a third.
struct SilenceSearch: Sendable {
  /// Where ranks record what they do, and which launch of the run this is; nil for nowhere.
  var flight: (folder: String, launch: UInt64)?

  private let group: LaneGroup
  private let rank: Int
  private let names: [String]
  /// For each lane of the group its number of signs of life, and when that last grew.
  private var sights: [(beats: UInt32, since: UInt64)]
  private var isRunning = false
  /// When this rank looked last, and since when it has looked without a break.
  private var (lastLook, awakeSince): (UInt64, UInt64)
  /// The number of the event that the first lane recorded last, and when it was first seen.
  private var newest: (sequence: UInt64, since: UInt64)
  /// What this rank waits for: a rank, nil where that is not known, and since when.
  private var wait: (rank: Int?, since: UInt64)?
  /// Seconds that a rank may take to end the job after it failed.
  private static let secondsToEnd = 10

  /// Whether the records of other ranks are to be read now, which takes longer than the rest.
  private var readsRecords = false

  /// Starts with all lanes of a group alive.
  ///
  /// - Parameters:
  ///   - group: the lanes that share memory with this rank.
  ///   - names: all ranks, in words.
  init(_ group: LaneGroup, ranks names: [String]) {
    self.group = group
    self.names = names
    rank = group.recorder.rank
    let now = FlightRecorder.now
    (lastLook, awakeSince) = (now, now)
    newest = (0, now)
    sights = group.states.map { ($0.beats, now) }
  }

  /// Tells whether this rank's lanes run.
  mutating func setRunning(_ isRunning: Bool) {
    self.isRunning = isRunning
    for lane in group.ownLanes { sights[lane].since = FlightRecorder.now }
  }

  /// Looks at everything once, and makes known what this rank waits for.
  ///
  /// - Parameters:
  ///   - messageWait: the message that the thread waits for that calls MPI.
  ///   - readsRecords: whether other ranks' records are looked at too.
  mutating func look(messageWait: (rank: Int?, since: UInt64)?, readsRecords: Bool) {
    self.readsRecords = readsRecords
    let now = FlightRecorder.now
    // A process that was stopped itself has seen nothing meanwhile.
    let wasAway = now > lastLook + 1_000_000_000
    if wasAway { awakeSince = now }
    lastLook = now
    let recorder = group.recorder
    wait = (messageWait ?? recordedWait(now)).map { ($0.rank, max($0.since, awakeSince)) }
    recorder.tick()
    recorder.noteWait(wait)
    group.noteMessageWait(group.ownLanes.lowerBound, wait != nil)
    for (lane, state) in group.states.enumerated()
    where wasAway || state.isWaiting || state.beats != sights[lane].beats {
      sights[lane] = (state.beats, now)
      if group.ownLanes.contains(lane) {
        recorder.noteSeen(lane - group.ownLanes.lowerBound, at: now)
      }
    }
  }

  /// The wait for other ranks that the first lane has recorded and that goes on for a tenth of a second.
  private mutating func recordedWait(_ now: UInt64) -> (rank: Int?, since: UInt64)? {
    guard let event = group.recorder.newest(0) else { return nil }
    if event.sequence != newest.sequence { newest = (event.sequence, now) }
    let isWait = event.operation.isCommunication && event.operation != .barrier
    return isWait && now > newest.since + 100_000_000 ? (event.peer, newest.since) : nil
  }

  /// The longest silence that is as long as a limit or longer.
  ///
  /// - Parameter limit: seconds.
  /// - Returns: the silence; nil where there is none.
  func longest(beyond limit: Int) -> FoundSilence? {
    let states = group.states
    if let lane = silentLane(states, limit) { return found(lane, states) }
    guard let wait, Self.age(wait.since) >= limit else { return nil }
    let members = Set(states.map(\.rank))
    if members.count == names.count { return nil }
    guard let flight else {
      return wait.rank.map(members.contains) == true
        ? nil : Self.unseen(wait, beyond: limit, rank: rank, names: names)
    }
    return readsRecords ? debtor(of: wait, in: flight, limit) : nil
  }

  /// A silence of which no more can be seen than that this rank waits.
  static func unseen(
    _ wait: (rank: Int?, since: UInt64)?, beyond limit: Int, rank: Int, names: [String]
  ) -> FoundSilence? {
    guard let wait, age(wait.since) >= limit else { return nil }
    let silence = Silence(
      rank: wait.rank, name: wait.rank.map { names[$0] } ?? "a rank that cannot be told",
      place: nil, seconds: age(wait.since), waiting: [rank])
    return FoundSilence(silence: silence, since: wait.since) { _ in true }
  }

  /// The lane of the group that is silent for the longest time.
  private func silentLane(_ states: [LaneState], _ limit: Int) -> Int? {
    let isAwaited = wait != nil || states.contains(where: \.isWaiting)
    let silent = states.indices.filter { lane in
      let isWatched = isAwaited || (isRunning && group.ownLanes.contains(lane))
      return isWatched && !states[lane].isWaiting && Self.age(sights[lane].since) >= limit
    }
    return silent.min { sights[$0].since < sights[$1].since }
  }

  private func found(_ lane: Int, _ states: [LaneState]) -> FoundSilence {
    let state = states[lane]
    var waiting = Set(states.filter(\.isWaiting).map(\.rank))
    if wait != nil { waiting.insert(rank) }
    let record = flight.flatMap { ring(of: state.rank, in: $0) }
    let silence = Silence(
      rank: state.rank, name: names[state.rank], place: record?.place ?? state.place,
      seconds: Self.age(sights[lane].since), waiting: waiting.subtracting([state.rank]).sorted())
    let claimRecord = record.flatMap { record in flight.map { claim(on: record, in: $0.folder) } }
    return FoundSilence(silence: silence, since: sights[lane].since) { [group] purpose in
      switch purpose {
      case .warning: claimRecord?(purpose) ?? group.claimSilence(lane)
      case .end: group.endStalled(lane)
      }
    }
  }

  /// Follows the records from rank to rank to the one that owes a message and waits for none.
  private func debtor(
    of wait: (rank: Int?, since: UInt64), in flight: (folder: String, launch: UInt64), _ limit: Int
  ) -> FoundSilence? {
    let rings = names.indices.map { $0 == rank ? nil : ring(of: $0, in: flight) }
    // A process that is stopped still seems to wait for what it waited for then.
    let waiters = rings.compactMap { ring in
      ring.flatMap { $0.wait != nil && $0.age(of: $0.lastSeen) < 1 ? $0.rank : nil }
    }
    var passed = [rank]
    var next = wait.rank
    while let rank = next, names.indices.contains(rank), !passed.contains(rank) {
      let waiting = Set(waiters + passed).subtracting([rank]).sorted()
      guard let ring = rings[rank] else {
        let silence = Silence(
          rank: rank, name: names[rank], place: nil, seconds: Self.age(wait.since),
          waiting: waiting)
        return FoundSilence(silence: silence, since: wait.since) { _ in true }
      }
      if !waiters.contains(rank) { return found(ring, waiting: waiting, flight.folder, limit) }
      passed.append(rank)
      next = ring.wait?.rank
    }
    // Somebody is in a call that does not tell for whom it waits: whoever is not in one.
    let busy = rings.compactMap(\.self).filter { !waiters.contains($0.rank) }
    let silent = busy.min { $0.lastSign < $1.lastSign }
    return silent.flatMap { found($0, waiting: ([rank] + waiters).sorted(), flight.folder, limit) }
  }

  private func found(
    _ ring: FlightRing, waiting: [Int], _ folder: String, _ limit: Int
  ) -> FoundSilence? {
    let age = ring.age(of: ring.lastSign)
    // A rank that has failed is ending the job, which may take a while.
    let patience = ring.end == .none ? 0 : Self.secondsToEnd
    guard age >= Double(limit + patience), let lane = ring.lanes.first else { return nil }
    let silence = Silence(
      rank: ring.rank, name: names[ring.rank], place: ring.place, seconds: Int(age),
      waiting: waiting)
    return FoundSilence(
      silence: silence, since: lane.eventCount, claim: claim(on: ring, in: folder))
  }

  /// Lets one of all ranks that see a record do something about its silence.
  private func claim(on ring: FlightRing, in folder: String) -> (FoundSilence.Purpose) -> Bool {
    let path = FlightFolder.file(ofRank: ring.rank, in: folder)
    let count = ring.lanes.first?.eventCount ?? 0
    return { purpose in
      FlightRecorder.claim(
        file: path, track: 0, key: 2 &* count &+ (purpose == .warning ? 1 : 2))
    }
  }

  /// What a rank records; nil where that cannot be seen from here.
  private func ring(of rank: Int, in flight: (folder: String, launch: UInt64)) -> FlightRing? {
    // What is damaged or of an earlier launch tells nothing, as what is on another host.
    let ring = try? FlightFolder.ring(ofRank: rank, in: flight.folder)
    return ring?.launch == flight.launch && ring?.rank == rank ? ring : nil
  }

  /// Whole seconds since a moment.
  private static func age(_ time: UInt64) -> Int {
    let now = FlightRecorder.now
    return now > time ? Int((now - time) / 1_000_000_000) : 0
  }
}

/// A silent rank, and the right to be the one that does something about it.
struct FoundSilence {
  /// What may be done about it.
  enum Purpose {
    /// Naming it.
    case warning
    /// Ending the job.
    case end
  }

  /// The rank and what is known of it.
  let silence: Silence
  /// Tells one silence from the next.
  let since: UInt64
  /// Whether the caller is the first, of those that can know of each other.
  let claim: (Purpose) -> Bool

  /// The rank; nil where only its absence is known.
  var rank: Int? { silence.rank }
  /// The warning's text.
  var description: String { silence.description }
}
