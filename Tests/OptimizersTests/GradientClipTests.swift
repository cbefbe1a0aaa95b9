import Optimizers
import Options
import Testing

@Suite struct GradientClipTests {
  private func read(_ entries: [OptionEntry]) -> (GradientClip?, [Diagnostic]) {
    let diagnostics = Diagnostics()
    let reader = OptionReader(
      OptionValue(.map(entries)), context: "train.clip", diagnostics: diagnostics)
    return (GradientClip(options: reader), diagnostics.problems)
  }

  private func entry(_ key: String, _ text: String) -> OptionEntry {
    OptionEntry(key: key, value: OptionValue(.scalar(text, isQuoted: false)))
  }

  @Test("the factor is PyTorch's: norm / (total + 1e-6), at most 1")
  func factor() {
    let clip = GradientClip(norm: 2)
    #expect(clip.factor(forNorm: 1) == 1)
    #expect(clip.factor(forNorm: 0) == 1)
    #expect(clip.factor(forNorm: 8) == 2 / (8 + 1e-6))
    #expect(clip.factor(forNorm: .infinity) == 0)
    #expect(clip.factor(forNorm: .nan).isNaN)
    #expect(GradientClip(value: 1).factor(forNorm: 100) == 1)
  }

  @Test("norm, value or both are read")
  func options() {
    #expect(read([entry("norm", "1.5")]).0 == GradientClip(norm: 1.5))
    #expect(read([entry("value", "0.5")]).0 == GradientClip(value: 0.5))
    #expect(
      read([entry("norm", "1"), entry("value", "2")]).0 == GradientClip(norm: 1, value: 2))
  }

  @Test("neither, a wrong number and an unknown key are reported")
  func problems() {
    let (none, problems) = read([])
    #expect(none == nil)
    #expect(problems.map(\.message) == ["train.clip needs `norm` or `value`"])
    #expect(read([entry("norm", "0")]).1.count == 1)
    #expect(
      read([entry("norm", "1"), entry("vale", "1")]).1.first?.hint?.contains("value") == true)
  }
}
