import Testing

@testable import Options

@Suite("A pattern for names")
struct NamePatternTests {
  @Test(
    "matches whole names, `*` standing for any run and `?` for one character",
    arguments: [
      ("*", "dense_1.weight"), ("*", ""), ("dense_1.weight", "dense_1.weight"),
      ("*.bias", "dense_1.bias"), ("dense_?.bias", "dense_2.bias"), ("*norm*", "layer_norm_1.bias"),
      ("*norm*", "norm"), ("a*b*c", "abbc"), ("a**c", "abc"), ("?*", "x"), ("", ""),
    ])
  func matches(pattern: String, name: String) {
    #expect(NamePattern(pattern).matches(name))
  }

  @Test(
    "matches nothing else, and takes all other characters for themselves",
    arguments: [
      ("*.bias", "dense_1.biases"), ("dense_?.bias", "dense_10.bias"), ("bias", "dense_1.bias"),
      ("?", ""), ("dense.1", "dense_1"), ("[ab]", "a"), ("a*b*c", "acb"), ("", "a"),
    ])
  func differs(pattern: String, name: String) {
    #expect(!NamePattern(pattern).matches(name))
  }

  @Test("is near to names that few edits make match")
  func nearest() {
    let names = ["conv2d_1.weight", "dense_1.weight", "dense_1.bias", "dense_2.bias"]
    #expect(
      NamePattern("dens_*.bias").nearest(2, among: names) == ["dense_1.bias", "dense_2.bias"])
    #expect(NamePattern("conv2d_2.*").nearest(1, among: names) == ["conv2d_1.weight"])
    #expect(NamePattern("x").nearest(9, among: names).count == 4)
    #expect(NamePattern("ac").distance(to: "abc") == 1)
    #expect(NamePattern("abcd").distance(to: "abc") == 1)
    #expect(NamePattern("a?d*").distance(to: "abcxx") == 1)
  }
}
