import Tensors
import Testing

@testable import DataParallelism

@Suite struct SegmentTests {
  private let arena = ArenaLayout(
    executionOrder: [("one", [300_000]), ("two", [100_000])], statistics: [("mean", [70])])

  @Test("segments cover the arena in order, statistics apart", arguments: [nil, 1, 16_384, 70_000])
  func segments(byteCount: Int?) {
    for groups in 1...7 {
      let segments = ArenaSegments(arena, groups: groups, byteCount: byteCount)
      #expect(segments.chunks.flatMap { Array($0) } == Array(0..<arena.chunkCount))
      #expect(segments.ends.last == arena.count)
      let border = arena.parameterChunkCount
      #expect(segments.chunks.allSatisfy { $0.upperBound <= border || $0.lowerBound >= border })
      for segment in 0..<segments.count {
        let portions = (0..<groups).flatMap { Array(segments.portion(segment, of: $0)) }
        #expect(portions == Array(segments.chunks[segment]))
      }
    }
  }

  @Test("a segment is complete once the gradient before its end is")
  func complete() {
    let segments = ArenaSegments(arena, groups: 2, byteCount: 10 * ArenaLayout.chunk * 4)
    #expect(segments.complete(before: 10 * ArenaLayout.chunk - 1, from: 0) == 0)
    #expect(segments.complete(before: 10 * ArenaLayout.chunk, from: 0) == 1)
    #expect(segments.complete(before: 25 * ArenaLayout.chunk, from: 1) == 2)
    #expect(segments.complete(before: arena.count, from: 2) == segments.count)
  }

  @Test("a large arena has no more segments than tags")
  func many() {
    let large = ArenaLayout(executionOrder: [("weight", [1 << 30])])
    #expect(ArenaSegments(large, groups: 2, byteCount: 1).count <= 4097)
  }

  @Test("each piece of work is taken once a step, in order, and not before its segment is ready")
  func work() {
    var words = [UInt64](repeating: 0, count: 1)
    unsafe words.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      let work = unsafe SegmentWork([[0..<9], [], [9..<11, 20..<21]], taken: SharedWord(base))
      #expect((0..<3).map(work.count(ofSegment:)) == [3, 0, 2])
      for step in 0..<3 {
        #expect(work.take(step: step, ready: 0) == nil)
        #expect(work.take(step: step, ready: 1)?.chunks == 0..<4)
        #expect(work.take(step: step, ready: 1)?.chunks == 4..<8)
        #expect(work.take(step: step, ready: 2)?.chunks == 8..<9)
        #expect(work.take(step: step, ready: 2) == nil)
        #expect(!work.isExhausted(step: step))
        #expect(work.take(step: step, ready: 3)?.chunks == 9..<11)
        #expect(work.take(step: step, ready: 3)?.segment == 2)
        #expect(work.isExhausted(step: step))
        #expect(work.take(step: step, ready: 3) == nil)
      }
    }
  }

  @Test("the mode with the shortest median step is chosen, whatever a single step takes")
  func trial() {
    var trial = OverlapTrial()
    var time = 0.0
    var mode = trial.first
    var modes: [OverlapMode] = [mode]
    let lengths: [OverlapMode: Double] = [.none: 3, .poll: 1, .thread: 2]
    for step in 0..<trial.stepCount {
      // A checkpoint between two steps is none of the mode's doing.
      time += step % 10 == 5 ? 100 : lengths[mode] ?? 0
      if let next = trial.finishStep(at: time) {
        mode = next
        modes.append(next)
      }
    }
    #expect(modes == [.none, .poll, .thread, .poll])
    #expect(trial.median(of: .none) == 3 && trial.median(of: .poll) == 1)
    #expect(trial.finishStep(at: time + 1) == nil)
  }
}
