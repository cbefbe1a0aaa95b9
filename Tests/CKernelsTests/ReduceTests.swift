import CKernels
import Testing

/// The canonical tree over leaves: the lower half, rounded up to a power of two, then the rest.
private func plan(_ leaves: Range<Int>) -> [Int32] {
  if leaves.count == 1 { return [Int32(leaves.lowerBound)] }
  var half = 1
  while half * 2 < leaves.count { half *= 2 }
  let middle = leaves.lowerBound + half
  return plan(leaves.lowerBound..<middle) + plan(middle..<leaves.upperBound) + [-1]
}

@Suite struct ReduceTests {
  /// Evaluates a plan over one element.
  private func evaluate(_ plan: [Int32], _ values: [Float]) -> Float {
    var stack: [Float] = []
    for item in plan {
      if item >= 0 {
        stack.append(values[Int(item)])
      } else {
        let b = stack.removeLast(), a = stack.removeLast()
        stack.append(a + b)
      }
    }
    return stack[0]
  }

  /// Runs the kernel over parts that lie one after the other; `target` nil writes behind them.
  private func treeSum(
    _ plan: [Int32], _ parts: [[Float]], into target: Int?, rounds: Bool = false
  ) -> [Float] {
    let count = parts[0].count
    var memory = parts.flatMap { $0 } + [Float](repeating: .nan, count: count)
    unsafe memory.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      let pointers = unsafe parts.indices.map {
        unsafe Optional(UnsafePointer(base + $0 * count))
      }
      let out = unsafe base + (target ?? parts.count) * count
      if rounds {
        unsafe ck_tree_sum_to_bf16(out, pointers, plan, plan.count, count)
      } else {
        unsafe ck_tree_sum(out, pointers, plan, plan.count, count)
      }
    }
    return Array(memory[((target ?? parts.count) * count)...].prefix(count))
  }

  @Test("a plan's order is kept to the bit, also into one of the parts", arguments: 1...9)
  func order(leaves: Int) {
    for count in [1, 5, 1_023, 1_024, 1_025, 3_000] {
      let parts = (0..<leaves).map { numbers(count, seed: UInt32(10 + $0)) }
      let plan = plan(0..<leaves)
      let expected = (0..<count).map { i in evaluate(plan, parts.map { $0[i] }) }
      for target in [nil] + parts.indices.map(Optional.init) {
        #expect(bits(treeSum(plan, parts, into: target)) == bits(expected))
      }
    }
  }

  @Test("every part and sum is rounded to bfloat16, so that the tree may be cut", arguments: 1...9)
  func rounded(leaves: Int) {
    func rounded(_ x: Float) -> Float {
      let bits = x.bitPattern
      return Float(bitPattern: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000)
    }
    func evaluate(_ plan: [Int32], _ values: [Float]) -> Float {
      var stack: [Float] = []
      for item in plan {
        if item >= 0 {
          stack.append(rounded(values[Int(item)]))
        } else {
          let b = stack.removeLast(), a = stack.removeLast()
          stack.append(rounded(a + b))
        }
      }
      return stack[0]
    }
    for count in [1, 1_023, 1_025] {
      let parts = (0..<leaves).map { numbers(count, seed: UInt32(10 + $0)) }
      let whole = plan(0..<leaves)
      let expected = (0..<count).map { i in evaluate(whole, parts.map { $0[i] }) }
      for target in [nil] + parts.indices.map(Optional.init) {
        #expect(bits(treeSum(whole, parts, into: target, rounds: true)) == bits(expected))
      }
      guard leaves == 8 else { continue }
      let halves = [0..<4, 4..<8].map { treeSum(plan($0), parts, into: nil, rounds: true) }
      #expect(bits(treeSum([0, 1, -1], halves, into: nil, rounds: true)) == bits(expected))
    }
  }

  @Test(
    "plans of any form are evaluated as written",
    arguments: [
      [0, 1, 2, 3, -1, -1, -1], [3, 2, -1, 1, -1, 0, -1], [1, 0, -1], [2],
      [0, 0, -1, 0, 0, -1, -1],
      [0, 1, -1, 2, -1, 3, -1], [0, 1, 2, -1, -1],
    ] as [[Int32]])
  func forms(plan: [Int32]) {
    let parts = (0..<4).map { numbers(1_100, seed: UInt32(30 + $0)) }
    let expected = (0..<1_100).map { i in evaluate(plan, parts.map { $0[i] }) }
    #expect(bits(treeSum(plan, parts, into: nil)) == bits(expected))
  }

  @Test(
    "the depth of a plan is known, and a malformed one has none",
    arguments: [
      ([0], 1), ([0, 1, -1], 2), ([0, 1, -1, 2, 3, -1, -1], 3), ([0, 1, 2, 3, -1, -1, -1], 4),
      ([], 0), ([-1], 0), ([0, -1], 0), ([0, 1], 0), ([0, 4, -1], 0), ([0, 1, -2], 0),
    ] as [([Int32], Int)])
  func depth(plan: [Int32], expected: Int) {
    #expect(unsafe ck_tree_sum_depth(plan, plan.count, 4) == expected)
  }

  @Test("the deepest plan allowed is summed")
  func deepest() {
    let leaves = Int(CK_TREE_SUM_DEPTH)
    let parts = (0..<leaves).map { numbers(1_100, seed: UInt32(50 + $0)) }
    let plan = (0..<leaves).map(Int32.init) + [Int32](repeating: -1, count: leaves - 1)
    #expect(unsafe ck_tree_sum_depth(plan, plan.count, leaves) == leaves)
    let expected = (0..<1_100).map { i in evaluate(plan, parts.map { $0[i] }) }
    #expect(bits(treeSum(plan, parts, into: nil)) == bits(expected))
  }

  @Test("squares are summed in double", arguments: [0, 1, 31, 32, 33, 64, 100, 4_096])
  func sumOfSquares(count: Int) {
    let x = numbers(count, seed: 5, scale: 10)
    let expected = x.reduce(0.0) { $0 + Double($1) * Double($1) }
    #expect(abs(unsafe ck_sum_squares(x, count) - expected) <= 1e-13 * expected)
  }

  @Test("squares keep to their lanes")
  func lanes() {
    // Above 2^53 a single 1 is rounded away; two of them, joined in a lane of their own, are not.
    let big: Float = 0x1.8p26
    var x = [Float](repeating: 0, count: 64)
    (x[0], x[1], x[33]) = (big, 1, 1)
    let square = Double(big) * Double(big)
    #expect(unsafe ck_sum_squares(x, 64) == square + 2)
  }

  @Test("one infinite or NaN element anywhere is found", arguments: [1, 17, 64, 1_100])
  func allFinite(count: Int) {
    var x = numbers(count, seed: 6)
    x[0] = .greatestFiniteMagnitude
    #expect(unsafe ck_all_finite(x, count))
    for index in stride(from: 0, to: count, by: 7) {
      for bad in [Float.infinity, -.infinity, .nan] {
        let saved = x[index]
        x[index] = bad
        #expect(!(unsafe ck_all_finite(x, count)))
        x[index] = saved
      }
    }
    #expect(unsafe ck_all_finite(x, 0))
  }

  @Test("scaling comes before clamping, and NaN stays")
  func scaleClamp() {
    var g: [Float] = [-8, -1, 0, 1, 8, .nan, .infinity]
    unsafe ck_scale_clamp(&g, g.count, 0.5, 2)
    #expect(Array(g[..<5]) == [-2, -0.5, 0, 0.5, 2])
    #expect(g[5].isNaN && g[6] == 2)
    var free: [Float] = [-8, .infinity]
    unsafe ck_scale_clamp(&free, 2, 0.5, .infinity)
    #expect(free == [-4, .infinity])
  }

  @Test("a penalty's gradient is added, of a weight of 0 none")
  func penalty() {
    let w: [Float] = [2, -2, 0, -0.0, 0.5, -8]
    var g: [Float] = [1, 1, 1, 1, -1, 0]
    unsafe ck_add_penalty(&g, w, g.count, 0.25, 0.5)
    #expect(g == [2.25, -0.25, 1, 1, -0.5, -4.25])
  }

  @Test("addition, also in place")
  func add() {
    let a = numbers(77, seed: 1), b = numbers(77, seed: 2)
    var out = a
    unsafe ck_add(a, b, &out, 77)
    #expect(out == zip(a, b).map { $0 + $1 })
    var inPlace = b
    unsafe inPlace.withUnsafeMutableBufferPointer { buffer in
      unsafe ck_add(a, buffer.baseAddress, buffer.baseAddress, 77)
    }
    #expect(inPlace == out)
  }
}
