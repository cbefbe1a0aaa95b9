import MessagePassing
import Testing

@Suite("Ranks grouped by what they have in common")
struct RanksByValueTests {
  @Test("are one group where all have the same")
  func uniform() {
    let groups = RanksByValue(values: ["x", "x", "x"], hosts: ["a", "b", "a"])
    #expect(groups.isUniform)
    #expect(groups.description == "x on ranks 0-2 (hosts a, b)")
    #expect(RanksByValue(values: [], hosts: []).isUniform)
  }

  @Test("are told in order of their first ranks")
  func mixed() {
    let groups = RanksByValue(values: ["y", "x", "y", "y"], hosts: ["a", "a", "b", "b"])
    #expect(!groups.isUniform)
    #expect(groups.description == "y on ranks 0, 2-3 (hosts a, b), x on rank 1 (host a)")
  }

  @Test("join neighbours in words")
  func text() {
    #expect(RanksByValue.text([2]) == "rank 2")
    #expect(RanksByValue.text([0, 1, 2, 3, 6, 8, 9]) == "ranks 0-3, 6, 8-9")
  }
}
