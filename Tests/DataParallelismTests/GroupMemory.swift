import FlightRecords

@testable import DataParallelism

/// Memory for one group, as a heap allocation.
@safe
final class GroupMemory: Sendable {
  let group: LaneGroup
  nonisolated(unsafe) private let memory: UnsafeMutableRawPointer

  /// Makes a group of lanes that are each a rank's only one, of which some are this process's own.
  init(lanes: Int, ownLanes: Range<Int>? = nil, stallLimit: Int = 0) {
    let ownLanes = ownLanes ?? 0..<lanes
    let bytes = LaneGroup.byteCount(lanes: lanes)
    unsafe memory = .allocate(byteCount: bytes, alignment: 128)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    unsafe group = LaneGroup(
      making: memory, lanes: lanes, ownLanes: ownLanes,
      recorder: FlightRecorder(lanes: ownLanes.count, rank: ownLanes.lowerBound, rankCount: lanes),
      stallLimit: stallLimit)
    for lane in 0..<lanes { group.join(lane, rank: lane) }
  }

  deinit {
    unsafe memory.deallocate()
  }
}
