import Configuration
import Options
import Tensors
import TestSupport
import Testing

@testable import Networks

@Suite("A loss")
struct LossTests {
  /// Losses with an output of 4 rows of 3, and targets that suit them.
  static let cases: [(loss: any Loss, targets: [Float])] = [
    (CrossEntropy(), [0, 2, 1, 1]),
    (CrossEntropy(labelSmoothing: 0.1, classWeights: [1, 0.5, 3]), [0, 2, 1, 1]),
    (BinaryCrossEntropy(positiveWeight: 2), [0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0]),
    (MeanSquaredError(), [0, 1, -1, 2, 0.5, 1, 1, -2, 0, 0.25, 3, 0]),
    (MeanAbsoluteError(), [0, 1, -1, 2, 0.5, 1, 1, -2, 0, 0.25, 3, 0]),
    (Huber(delta: 0.7), [0, 1, -1, 2, 0.5, 1, 1, -2, 0, 0.25, 3, 0]),
    (Hinge(), [1, -1, 1, 1, -1, -1, 1, 1, -1, -1, 1, -1]),
  ]
  static let output: [Float] = [
    0.3, -1.2, 0.8, 2.1, 0.4, -0.6, 0.05, 1.4, -2.2, 0.9, -0.1, 0.65,
  ]

  /// The sums, and the gradient where it is asked for.
  static func evaluate(
    _ index: Int, output: [Float] = output, wantsGradient: Bool = true
  ) -> (sums: LossSums, gradient: [Float]) {
    let (loss, targets) = cases[index]
    let storages = [FloatStorage(count: 12), FloatStorage(count: 12), FloatStorage(count: 12)]
    return withExtendedLifetime(storages) {
      storages[0].view.copy(from: output)
      let target = storages[1].view[0..<targets.count]
      target.copy(from: targets)
      let sums = loss.evaluate(
        output: storages[0].view, target: target,
        gradient: wantsGradient ? storages[2].view : nil, lastAxis: 3)
      return (sums, storages[2].view.array)
    }
  }

  @Test("has the gradient that central differences give", arguments: cases.indices)
  func gradient(index: Int) {
    let gradient = Self.evaluate(index).gradient
    let h: Float = 1e-2
    for element in Self.output.indices {
      func loss(_ change: Float) -> Double {
        var output = Self.output
        output[element] += change
        return Self.evaluate(index, output: output).sums.loss
      }
      let expected = Float((loss(h) - loss(-h)) / Double(2 * h))
      #expect(abs(gradient[element] - expected) < 2e-3, "element \(element)")
    }
  }

  @Test("is the same with and without a gradient", arguments: cases.indices)
  func evaluation(index: Int) {
    let with = Self.evaluate(index).sums
    let without = Self.evaluate(index, wantsGradient: false).sums
    #expect(with == without)
    #expect(with.count == Double(Self.cases[index].targets.count))
    #expect(with.weight > 0 && with.loss > 0)
  }

  @Test("of nothing but samples without weight is 0, not a NaN")
  func noWeight() {
    let storage = FloatStorage(count: 5)
    let sums = withExtendedLifetime(storage) {
      storage.view.copy(from: [1, 2, 3, 4, 0])
      return CrossEntropy(classWeights: [0, 1]).evaluate(
        output: storage.view[0..<2], target: storage.view[4..<5], gradient: nil, lastAxis: 2)
    }
    #expect(sums.weight == 0 && sums.meanLoss == 0)
  }

  @Test("refuses class weights that are not one for each class")
  func classWeights() {
    let loss = CrossEntropy(classWeights: [1, 2])
    #expect(throws: LayerError.self) { try loss.check(output: [3]) }
    #expect(throws: LayerError.self) { try CrossEntropy().check(output: []) }
    #expect(throws: Never.self) { try loss.check(output: [5, 2]) }
    #expect(throws: Never.self) { try MeanSquaredError().check(output: []) }
  }

  @Test("sums add up to means over all samples, however they were cut")
  func sums() {
    var left = LossSums()
    left.loss = 3
    left.weight = 2
    left.correct = 1
    left.count = 2
    var right = LossSums()
    right.loss = 9
    right.weight = 4
    right.correct = 2
    right.count = 4
    right.squaredError = 54
    right.absoluteError = 12
    let sum = left + right
    #expect(sum.meanLoss == 2)
    #expect(sum.accuracy == 0.5)
    #expect(sum.rootMeanSquaredError == 3)
    #expect(sum.meanAbsoluteError == 2)
    #expect(sum + LossSums() == sum)
  }

  @Test(
    "is read by its name",
    arguments: [
      ("cross_entropy", "cross_entropy"), ("mean_squared_error", "mean_squared_error"),
      ("{huber: {delta: 2}}", "huber"), ("hinge", "hinge"),
      ("{binary_cross_entropy: {positive_weight: 3}}", "binary_cross_entropy"),
      ("mean_absolute_error", "mean_absolute_error"),
    ])
  func decoding(text: String, kind: String) throws {
    let diagnostics = Diagnostics()
    let loss = LossRegistry.decode(
      try YAMLParser.parse(text, name: "loss.yaml"), diagnostics: diagnostics)
    #expect(diagnostics.isEmpty)
    #expect(loss.map { type(of: $0).kind } == kind)
  }

  @Test(
    "reports what cannot be",
    arguments: [
      ("cross_entrop", "did you mean `cross_entropy`?"),
      ("{huber: {delta: 0}}", "`delta` of huber"),
      ("{cross_entropy: {class_weights: [1, -1]}}", "`class_weights` takes a list of numbers"),
      ("{cross_entropy: {label_smoothing: 1.5}}", "`label_smoothing`"),
      ("{hinge: {margin: 1}}", "margin"),
    ])
  func problems(text: String, message: String) throws {
    let diagnostics = Diagnostics()
    _ = LossRegistry.decode(
      try YAMLParser.parse(text, name: "loss.yaml"), diagnostics: diagnostics)
    #expect(diagnostics.problems.count == 1)
    #expect(diagnostics.problems.first?.description.contains(message) == true)
  }
}
