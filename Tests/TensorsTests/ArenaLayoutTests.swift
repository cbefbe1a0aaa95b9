import Tensors
import Testing

@Suite struct ArenaLayoutTests {
  let layout = ArenaLayout(executionOrder: [
    (name: "dense_1.weight", shape: [5, 3]), (name: "dense_1.bias", shape: [5]),
    (name: "dense_2.weight", shape: [4, 5]), (name: "dense_2.bias", shape: [4]),
  ])

  @Test("the last tensor to be executed comes first")
  func reverseOrder() {
    #expect(
      layout.entries.map(\.name)
        == ["dense_2.bias", "dense_2.weight", "dense_1.bias", "dense_1.weight"])
  }

  @Test("entries start on multiples of 16 and the total is one")
  func offsets() {
    #expect(layout.entries.map(\.offset) == [0, 16, 48, 64])
    #expect(layout.entries.map(\.range) == [0..<4, 16..<36, 48..<53, 64..<79])
    #expect(layout.count == 80)
    #expect(layout.parameterCount == 44)
    #expect(layout.chunkCount == 1)
  }

  @Test("a tensor is found by name and by any of its indices")
  func lookup() throws {
    #expect(try #require(layout["dense_1.bias"]).offset == 48)
    #expect(layout["dense_3.bias"] == nil)
    #expect(layout.entry(at: 0)?.name == "dense_2.bias")
    #expect(layout.entry(at: 35)?.name == "dense_2.weight")
    #expect(layout.entry(at: 40)?.name == "dense_2.weight")
    #expect(layout.entry(at: 79)?.name == "dense_1.weight")
  }

  @Test("chunks cover every element", arguments: [0, 1, 4_096, 4_097, 9_000])
  func chunks(elements: Int) {
    let layout = ArenaLayout(executionOrder: [(name: "weight", shape: [elements])])
    #expect(layout.chunkCount * ArenaLayout.chunk >= layout.count)
    #expect((layout.chunkCount - 1) * ArenaLayout.chunk < max(layout.count, 1))
  }

  @Test("a network without parameters has an empty arena")
  func empty() {
    let layout = ArenaLayout(executionOrder: [])
    #expect(layout.count == 0)
    #expect(layout.entry(at: 0) == nil)
  }
}
