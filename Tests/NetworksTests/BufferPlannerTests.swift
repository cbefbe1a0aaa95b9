import Tensors
import Testing

@testable import Networks

@Suite("The buffer planner")
struct BufferPlannerTests {
  @Test("lets a dead buffer's room be reused")
  func reuse() {
    var planner = BufferPlanner()
    let a = planner.request(100, from: 0, to: 1)
    let b = planner.request(50, from: 1, to: 2)
    let c = planner.request(100, from: 2, to: 3)
    let (offsets, count) = planner.place()
    #expect(offsets[a] == offsets[c])
    #expect(offsets[b] >= 112)
    #expect(count == 112 + 64)
  }

  @Test("gives aliases one place that lives as long as either")
  func aliases() {
    var planner = BufferPlanner()
    let a = planner.request(16, from: 0, to: 1)
    let b = planner.request(16, from: 1, to: 5)
    let c = planner.request(16, from: 4, to: 6)
    planner.alias(b, to: a)
    let (offsets, count) = planner.place()
    #expect(offsets[a] == offsets[b])
    #expect(offsets[c] != offsets[a])
    #expect(count == 32)
  }

  @Test("never lets two live buffers overlap, and keeps 64-byte borders", arguments: 0..<50)
  func disjoint(seed: Int) {
    let stream = RandomStream(seed: UInt64(seed), purpose: .noise)
    var planner = BufferPlanner()
    var requests: [(count: Int, first: Int, last: Int)] = []
    for index in 0..<40 {
      let words = stream.words(UInt32(index))
      let first = Int(words.1 % 20)
      let request = (count: Int(words.0 % 300), first: first, last: first + Int(words.2 % 8))
      requests.append(request)
      _ = planner.request(request.count, from: request.first, to: request.last)
    }
    let (offsets, count) = planner.place()
    for (i, a) in requests.enumerated() where a.count > 0 {
      #expect(offsets[i] % 16 == 0)
      #expect(offsets[i] + a.count <= count)
      for (j, b) in requests.enumerated().dropFirst(i + 1) where b.count > 0 {
        let liveTogether = a.first <= b.last && b.first <= a.last
        let apart = offsets[i] + a.count <= offsets[j] || offsets[j] + b.count <= offsets[i]
        #expect(!liveTogether || apart)
      }
    }
  }
}
