internal import CLanes

/// A counter in memory that lanes share, see `clanes_words.h`.
///
/// It only grows, over all steps, so that nobody ever sets it back.
@safe
struct SharedWord: @unchecked Sendable {
  private let pointer: UnsafeMutablePointer<UInt64>

  init(_ pointer: UnsafeMutablePointer<UInt64>) {
    unsafe self.pointer = pointer
  }

  /// The value; what was written before it was, is visible.
  var value: Int { Int(truncatingIfNeeded: unsafe clanes_word_load(pointer)) }

  /// Sets the value, which this thread alone does.
  func set(_ value: Int) {
    unsafe clanes_word_store(pointer, UInt64(value))
  }

  /// Adds 1, as any thread may.
  func increment() {
    _ = unsafe clanes_word_add(pointer, 1)
  }

  /// Replaces the expected value by the next one; false where another thread was faster.
  func advance(from value: Int) -> Bool {
    unsafe clanes_word_replace(pointer, UInt64(value), UInt64(value) + 1)
  }
}

/// The counters by which the ranks of a group tell each other how far they are in a step.
///
/// Each lies on a pair of cache lines of its own, but for those of segments.
struct StepCounters: Sendable {
  /// For each lane of the group: steps whose records it has set, and whose last backward pass began.
  let announced: [SharedWord]
  /// For each lane: segments of its gradients that are complete.
  let written: [SharedWord]
  /// For each rank of the group: segments whose gradients are all here, the group's own and others'.
  let gathered: [SharedWord]
  /// For each rank: segments whose new parameters, or sums, have arrived from other groups.
  let arrived: [SharedWord]
  /// For each rank: steps whose messages are all done.
  let completed: [SharedWord]
  /// Steps whose records have arrived from all groups.
  let records: SharedWord
  /// For each ``Meeting``: lanes that have come to it, and steps in which it was held.
  let meetingArrivals: [SharedWord]
  let meetings: [SharedWord]
  /// What each kind of work has been taken up to: see ``SegmentWork``.
  let taken: [SharedWord]
  /// For each segment: pieces of local sums that are done, and pieces of the group's portion.
  let summed: [SharedWord]
  let finished: [SharedWord]
  /// Pieces of updates that are done, where each group updates everything.
  let updated: SharedWord

  private static let kindsOfWork = SegmentWork.Kind.allCases.count
  private static let stride = 16

  /// The 64-bit words that the counters take.
  static func wordCount(lanes: Int, ranks: Int, segments: Int) -> Int {
    (2 * lanes + 3 * ranks + 2 + 2 * Meeting.allCases.count + kindsOfWork) * stride + 2 * segments
  }

  /// Finds the counters in zeroed memory of ``wordCount(lanes:ranks:segments:)`` words.
  init(_ memory: UnsafeMutablePointer<UInt64>, lanes: Int, ranks: Int, segments: Int) {
    var next = unsafe memory
    func take(_ count: Int, stride: Int = Self.stride) -> [SharedWord] {
      (0..<count).map { _ in
        defer { unsafe next += stride }
        return unsafe SharedWord(next)
      }
    }
    announced = take(lanes)
    written = take(lanes)
    gathered = take(ranks)
    arrived = take(ranks)
    completed = take(ranks)
    records = take(1)[0]
    updated = take(1)[0]
    meetingArrivals = take(Meeting.allCases.count)
    meetings = take(Meeting.allCases.count)
    taken = take(Self.kindsOfWork)
    summed = take(segments, stride: 1)
    finished = take(segments, stride: 1)
  }
}

extension [SharedWord] {
  /// The least of the values.
  var least: Int { reduce(Int.max) { Swift.min($0, $1.value) } }
}
