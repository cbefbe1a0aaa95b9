import Testing
import Training

@Suite("The watch on gradients")
struct GradientWatchTests {
  /// A report of layers with a weight each, by gradient and weight.
  private static func report(
    _ step: Int, _ layers: KeyValuePairs<String, (Double, Double)>
  ) -> TensorNormsReport {
    TensorNormsReport(
      step: step, epoch: 1, seconds: 0,
      tensors: layers.map {
        TensorNormsReport.Tensor(
          name: "\($0.key).weight", gradient: $0.value.0, weight: $0.value.1)
      })
  }

  private func kinds(_ warnings: [GradientWarning]) -> [String] {
    warnings.map { "\($0.kind) \($0.layers.map(\.name).joined(separator: " "))" }
  }

  @Test("says nothing of gradients that are as they should be, also where all are small")
  func healthy() {
    var watch = GradientWatch()
    for step in 1...50 {
      let size = step < 25 ? 1.0 : 1e-9
      #expect(watch.look(at: Self.report(step, ["a": (0.01 * size, 8), "b": (size, 4)])) == [])
    }
    #expect(watch.summary == nil)
  }

  @Test("finds a layer whose gradient vanishes at two looks in a row, and tells it once")
  func vanishing() {
    var watch = GradientWatch()
    let small = Self.report(1, ["a": (1e-9, 8), "b": (1e-7, 8), "c": (0.5, 4)])
    #expect(watch.look(at: small) == [])
    #expect(watch.look(at: Self.report(2, ["a": (0.1, 8), "b": (0.1, 8), "c": (0.5, 4)])) == [])
    #expect(watch.look(at: small) == [])
    let found = watch.look(at: small)
    #expect(kinds(found) == ["vanishing a b"])
    #expect(watch.look(at: small) == [])
    #expect(watch.summary == "gradients at 5 looks: vanishing in a (2), b (2)")
    let text = found.first?.description ?? ""
    #expect(
      text.hasPrefix(
        "vanishing gradient in a at step 1: its norm is 1.00e-09, the weights' 8.000; also in b"))
    for advice in ["relu", "he_normal", "layer_norm", "residual"] { #expect(text.contains(advice)) }
  }

  @Test("takes a gradient for vanishing only if it is small beside both weights and other layers")
  func notVanishing() {
    var watch = GradientWatch()
    for step in 1...4 {
      // Beside the weights alone; beside the largest layer alone.
      let report = Self.report(step, ["a": (1e-7, 8), "b": (5e-4, 8)])
      let other = Self.report(step, ["a": (1e-5, 8), "b": (5, 8)])
      #expect(watch.look(at: step % 2 == 0 ? report : other) == [])
    }
    #expect(watch.summary == nil)
  }

  @Test("finds a gradient that exceeds its weights by far, at once")
  func explodingToWeights() {
    var watch = GradientWatch()
    #expect(watch.look(at: Self.report(1, ["a": (900, 0.01), "b": (1, 1)])) == [])
    let found = watch.look(at: Self.report(2, ["a": (900, 0.01), "b": (3001, 3)]))
    #expect(kinds(found) == ["exploding b"])
    #expect(found.first?.description.contains("`train.clip: {norm: 1.0}`") == true)
  }

  @Test("finds a gradient that exceeds its own median by far, if it exceeds its weights too")
  func explodingToMedian() {
    func look(_ gradient: Double, weight: Double, after looks: Int) -> [String] {
      var watch = GradientWatch()
      for step in 1...looks { _ = watch.look(at: Self.report(step, ["a": (0.1, weight)])) }
      return kinds(watch.look(at: Self.report(looks + 1, ["a": (gradient, weight)])))
    }
    #expect(look(11, weight: 4, after: 8) == ["exploding a"])
    #expect(look(9, weight: 4, after: 8) == [])
    #expect(look(11, weight: 12, after: 8) == [])
    #expect(look(11, weight: 4, after: 4) == [])
    #expect(look(11, weight: 4, after: 100) == ["exploding a"])
  }

  @Test("forgets what lies further back than the median's looks")
  func medianLooks() {
    var watch = GradientWatch()
    for step in 1...100 { _ = watch.look(at: Self.report(step, ["a": (0.01, 1)])) }
    for step in 1...GradientWatch.medianLooks {
      // Too slow a growth to be found.
      let gradient = 0.01 * (step < 17 ? 1.0 : 90.0)
      #expect(watch.look(at: Self.report(100 + step, ["a": (gradient, 1)])) == [])
    }
    #expect(watch.look(at: Self.report(200, ["a": (50, 1)])) == [])
  }

  @Test("finds a layer that no gradient reaches, unless none reaches any")
  func dead() {
    var watch = GradientWatch()
    for step in 1...3 {
      #expect(watch.look(at: Self.report(step, ["a": (0, 1), "b": (0, 1)])) == [])
    }
    #expect(watch.look(at: Self.report(4, ["a": (0, 1), "b": (1, 1)])) == [])
    let found = watch.look(at: Self.report(5, ["a": (0, 1), "b": (1, 1)]))
    #expect(kinds(found) == ["dead a"])
    #expect(found.first?.description.contains("leaky_relu") == true)
  }

  @Test("takes the tensors of a layer together")
  func layers() {
    func tensor(_ name: String, _ gradient: Double) -> TensorNormsReport.Tensor {
      TensorNormsReport.Tensor(name: name, gradient: gradient, weight: 1)
    }
    var watch = GradientWatch()
    let report = TensorNormsReport(
      step: 1, epoch: 1, seconds: 0,
      tensors: [
        tensor("x.a.weight", 0), tensor("x.a.bias", 1), tensor("x.b.weight", 0),
        tensor("x.b.bias", 0), tensor("loose", 0),
      ])
    _ = watch.look(at: report)
    #expect(kinds(watch.look(at: report)) == ["dead x.b loose"])
  }
}
