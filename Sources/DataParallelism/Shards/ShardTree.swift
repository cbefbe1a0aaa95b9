// The one order in which anything of a step is added: gradients, losses, counts, sums of squares.
// Read this first, then LanePlan.swift (who computes and adds what), GradientExchange.swift (how
// lanes use it) and its two forms, WindowExchange.swift and MessageExchange.swift.

/// The canonical binary tree over the leaves `0..<count`.
///
/// With strides s = 1, 2, 4, … every leaf i that is a multiple of 2s takes up leaf i + s, where
/// there is one; the lower index is the left operand. Said from the top: a run of leaves is split
/// at the largest power of two below its length. The tree depends on the count alone, never on who
/// holds the leaves.
package struct ShardTree: Sendable, Hashable {
  /// The number of leaves, at least 1.
  package let count: Int

  /// Makes the tree of so many leaves.
  package init(count: Int) {
    precondition(count > 0, "a tree of \(count) leaves")
    self.count = count
  }

  /// Where a run of at least two leaves that is a node of a tree is split.
  static func split(_ node: Range<Int>) -> Int {
    let length = node.count
    return node.lowerBound + 1 << (Int.bitWidth - 1 - (length - 1).leadingZeroBitCount)
  }

  /// Combines the values of all leaves in the tree's order.
  ///
  /// - Parameters:
  ///   - value: The value of a leaf.
  ///   - add: Combines two neighbours, the lower first.
  /// - Returns: The value of the root.
  /// - Complexity: O(count), without allocation.
  package func fold<Value>(_ value: (Int) -> Value, _ add: (Value, Value) -> Value) -> Value {
    Self.fold(0..<count, value, add)
  }

  private static func fold<Value>(
    _ node: Range<Int>, _ value: (Int) -> Value, _ add: (Value, Value) -> Value
  ) -> Value {
    if node.count == 1 { return value(node.lowerBound) }
    let middle = split(node)
    return add(
      fold(node.lowerBound..<middle, value, add), fold(middle..<node.upperBound, value, add))
  }

  /// Whether two neighbouring nodes are the two operands of one addition.
  func areSiblings(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
    guard left.upperBound == right.lowerBound else { return false }
    let length = left.count
    return length.nonzeroBitCount == 1 && left.lowerBound % (2 * length) == 0
      && right.upperBound == min(left.lowerBound + 2 * length, count)
  }

  /// The fewest nodes of the tree that cover a run of leaves, in order.
  func nodes(covering leaves: Range<Int>) -> [Range<Int>] {
    var stack: [Range<Int>] = []
    for leaf in leaves {
      stack.append(leaf..<(leaf + 1))
      while stack.count > 1, areSiblings(stack[stack.count - 2], stack[stack.count - 1]) {
        let right = stack.removeLast()
        stack[stack.count - 1] = stack[stack.count - 1].lowerBound..<right.upperBound
      }
    }
    return stack
  }

  /// The additions that make a node out of nodes below it, as a postfix program.
  ///
  /// An entry k of at least 0 pushes part k; -1 adds the two topmost, the lower one as left
  /// operand.
  ///
  /// - Parameters:
  ///   - node: What to make; all leaves, or one of ``nodes(covering:)``.
  ///   - parts: Nodes of the tree that cover it, in order.
  /// - Returns: The program.
  func program(for node: Range<Int>, from parts: [Range<Int>]) -> [Int32] {
    var program: [Int32] = []
    var next = 0
    func emit(_ node: Range<Int>) {
      if next < parts.count, parts[next] == node {
        program.append(Int32(next))
        next += 1
        return
      }
      precondition(node.count > 1, "the parts \(parts) do not cover \(node) of \(count) leaves")
      let middle = Self.split(node)
      emit(node.lowerBound..<middle)
      emit(middle..<node.upperBound)
      program.append(-1)
    }
    emit(node)
    return program
  }
}
