import Testing

@testable import DataParallelism

/// The sum of all leaves as text, made by the definition with strides, not by the tree's own
/// recursion.
private func strideDoubling(_ count: Int) -> String {
  var leaves = (0..<count).map(String.init)
  var stride = 1
  while stride < count {
    for index in Swift.stride(from: 0, to: count, by: 2 * stride) where index + stride < count {
      leaves[index] = "(\(leaves[index])+\(leaves[index + stride]))"
    }
    stride *= 2
  }
  return leaves[0]
}

/// Runs a postfix program on texts.
private func run(_ program: [Int32], on parts: [String]) -> String {
  var stack: [String] = []
  for entry in program {
    if entry >= 0 {
      stack.append(parts[Int(entry)])
    } else {
      let right = stack.removeLast()
      stack.append("(\(stack.removeLast())+\(right))")
    }
  }
  #expect(stack.count == 1)
  return stack.first ?? ""
}

/// What a plan computes, as text: every lane's additions in its slots, then the program.
private func evaluate(_ plan: LanePlan) -> String {
  var slots: [[String]] = []
  for lane in plan.leaves {
    var own = [String](repeating: "?", count: plan.slotCount)
    for leaf in lane {
      own[leaf.slot] = String(leaf.shard)
      for merge in leaf.merges {
        own[merge.destination] = "(\(own[merge.destination])+\(own[merge.source]))"
        own[merge.source] = "?"
      }
    }
    slots.append(own)
  }
  return run(plan.program, on: plan.frontier.map { slots[$0.lane][$0.slot] })
}

@Suite struct ShardTreeTests {
  @Test(
    "small trees are those drawn by hand",
    arguments: [
      (1, "0"), (2, "(0+1)"), (3, "((0+1)+2)"), (4, "((0+1)+(2+3))"), (5, "(((0+1)+(2+3))+4)"),
      (6, "(((0+1)+(2+3))+(4+5))"), (7, "(((0+1)+(2+3))+((4+5)+6))"),
    ])
  func smallTrees(count: Int, expected: String) {
    #expect(strideDoubling(count) == expected)
    #expect(ShardTree(count: count).fold(String.init) { "(\($0)+\($1))" } == expected)
  }

  @Test("folding is stride doubling for every count up to 100")
  func foldIsStrideDoubling() {
    for count in 1...100 {
      let folded = ShardTree(count: count).fold(String.init) { "(\($0)+\($1))" }
      #expect(folded == strideDoubling(count))
    }
  }

  @Test("every plan computes the canonical tree", arguments: SlotMode.allCases)
  func plansComputeTheTree(mode: SlotMode) {
    for shards in 1...40 {
      let expected = strideDoubling(shards)
      for lanes in 1...(shards + 2) {
        let plan = LanePlan(shards: shards, lanes: lanes, mode: mode)
        #expect(evaluate(plan) == expected, "\(shards) shards on \(lanes) lanes")
        #expect(plan.leaves.flatMap { $0.map(\.shard) } == Array(0..<shards))
      }
    }
  }

  @Test("eager plans need few slots, lazy ones a slot a shard")
  func slotCounts() {
    #expect(LanePlan(shards: 8, lanes: 1, mode: .eager).slotCount == 4)
    #expect(LanePlan(shards: 8, lanes: 1, mode: .lazy).slotCount == 8)
    #expect(LanePlan(shards: 8, lanes: 2, mode: .eager).slotCount == 3)
    #expect(LanePlan(shards: 8, lanes: 8, mode: .eager).slotCount == 1)
    for shards in 1...256 {
      let digits = Int.bitWidth - shards.leadingZeroBitCount
      #expect(LanePlan(shards: shards, lanes: 1, mode: .eager).slotCount <= digits)
    }
    for shards in 1...64 {
      for lanes in 1...shards {
        let digits = Int.bitWidth - ((shards + lanes - 1) / lanes).leadingZeroBitCount
        // A run of shards that starts at an odd place climbs up the tree before it climbs down.
        #expect(LanePlan(shards: shards, lanes: lanes, mode: .eager).slotCount <= 2 * digits)
      }
    }
  }

  @Test("a lane that owns everything is left with one sum")
  func wholeTreeInOneLane() {
    for shards in 1...40 {
      let plan = LanePlan(shards: shards, lanes: 1, mode: .eager)
      #expect(plan.frontier == [LanePlan.Part(lane: 0, slot: 0, shards: 0..<shards)])
      #expect(plan.program == [0])
    }
  }

  @Test("groups' sums make the canonical tree, in both modes", arguments: SlotMode.allCases)
  func groupPlans(mode: SlotMode) {
    for shards in 1...24 {
      for groups in 1...min(shards, 7) {
        for lanes in 1...3 {
          let plan = LanePlan(shards: shards, lanes: groups * lanes, mode: mode)
          let plans = (0..<groups).map {
            GroupPlan(plan, lanes: ($0 * lanes)..<(($0 + 1) * lanes))
          }
          #expect(plans.flatMap { Array($0.shards) } == Array(0..<shards))
          let tree = plan.tree
          func text(_ part: LanePlan.Part) -> String {
            run(
              tree.program(for: part.shards, from: part.shards.map { $0..<($0 + 1) }),
              on: part.shards.map(String.init))
          }
          for own in 0..<groups {
            let parts = plans.enumerated().flatMap { group, plan in
              group == own
                ? plan.laneParts.map(text)
                : plan.parts.map { run($0.program, on: $0.inputs.map(text)) }
            }
            let program = GroupPlan.program(plans, seenBy: own, tree: tree)
            #expect(run(program, on: parts) == strideDoubling(shards))
          }
        }
      }
    }
  }

  @Test("the mode follows the budget")
  func modeFollowsBudget() {
    let bytes = 1 << 20
    #expect(LanePlan.mode(shards: 8, lanes: 2, arenaByteCount: bytes, budget: 4 << 20) == .lazy)
    #expect(LanePlan.mode(shards: 9, lanes: 2, arenaByteCount: bytes, budget: 4 << 20) == .eager)
  }

  @Test("records add up, flags unite")
  func records() {
    let left = ShardRecord(
      loss: 1, weight: 2, correct: 3, squaredError: 4, absoluteError: 5, count: 6, flags: 1)
    let right = ShardRecord(
      loss: 10, weight: 20, correct: 30, squaredError: 40, absoluteError: 50, count: 60, flags: 4)
    let sum = ShardRecord(
      loss: 11, weight: 22, correct: 33, squaredError: 44, absoluteError: 55, count: 66, flags: 5)
    #expect(left + right == sum)
    #expect(MemoryLayout<ShardRecord>.stride == 64)
  }
}
