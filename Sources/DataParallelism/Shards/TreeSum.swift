internal import CKernels
internal import Tensors

/// Adds runs of several gradients in the order of a postfix program.
///
/// One belongs to one lane, with whose scratch memory it works, so that adding allocates nothing;
/// only that lane's thread calls it.
@safe
final class TreeSum: @unchecked Sendable {
  private let parts: [FloatView]
  private let program: [Int32]
  private let pointers: UnsafeMutableBufferPointer<UnsafePointer<Float>?>
  private let scratch: FloatStorage
  private let roundedCount: Int

  /// Prepares a sum.
  ///
  /// - Parameters:
  ///   - parts: The gradients, or the same run of each; all of one size.
  ///   - program: The order, see ``ShardTree``.
  ///   - scratch: A chunk of memory, shared by the sums of one lane.
  ///   - roundedCount: The elements from the first on of which all parts and sums are rounded to
  ///     bfloat16; 0 for none.
  init(_ parts: [FloatView], program: [Int32], scratch: FloatStorage, roundedCount: Int = 0) {
    precondition(!parts.isEmpty, "a sum of nothing")
    self.parts = parts
    self.program = program
    self.scratch = scratch
    self.roundedCount = roundedCount
    unsafe self.pointers = .allocate(capacity: parts.count)
    unsafe self.pointers.initialize(repeating: nil)
  }

  deinit {
    unsafe pointers.deallocate()
  }

  /// Whether the sum is the one part as it is.
  private var isTrivial: Bool { parts.count == 1 && roundedCount == 0 }

  /// The first part, which is where ``store(_:)`` puts sums.
  var destination: FloatView { parts[0] }

  /// The sum over a range of at most a chunk; valid until the next call.
  func callAsFunction(_ range: Range<Int>) -> FloatView {
    if isTrivial { return parts[0][range] }
    let sum = scratch.view[0..<range.count]
    add(range, into: sum)
    return sum
  }

  /// Puts the sum over a range in place of the first part.
  func store(_ range: Range<Int>) {
    if !isTrivial { add(range, into: destination[range]) }
  }

  /// Writes the sum over a range elsewhere.
  func write(_ range: Range<Int>, into sum: FloatView) {
    if isTrivial { sum.copy(from: destination[range]) } else { add(range, into: sum) }
  }

  private func add(_ range: Range<Int>, into sum: FloatView) {
    let border = min(max(roundedCount - range.lowerBound, 0), range.count)
    if border > 0 {
      point(at: range.lowerBound)
      unsafe ck_tree_sum_to_bf16(
        sum.pointer, pointers.baseAddress, program, program.count, border)
    }
    if border < range.count {
      point(at: range.lowerBound + border)
      unsafe ck_tree_sum(
        sum.pointer + border, pointers.baseAddress, program, program.count, range.count - border)
    }
  }

  private func point(at element: Int) {
    for index in parts.indices {
      unsafe pointers[index] = UnsafePointer(parts[index].pointer + element)
    }
  }
}

/// The sum of a run's squares, in double precision and in an order that its length alone decides.
func sumOfSquares(_ run: FloatView) -> Double {
  unsafe ck_sum_squares(run.pointer, run.count)
}
