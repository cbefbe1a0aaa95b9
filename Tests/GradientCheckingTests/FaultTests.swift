import Networks
import Operators
import Tensors
import Testing

@testable import GradientChecking

@Suite("A wrong backward pass")
struct FaultTests {
  /// Two dense layers on both sides of a faulty one.
  private func report(_ fault: Fault, samples: Int = 4) throws -> GradientCheckReport {
    try check(
      Sequential(input: [6]) {
        Dense(8, activation: .tanh)
        Affine(fault: fault).named("faulty")
        Dense(8, activation: .tanh)
        Dense(3)
      }, samples: samples)
  }

  private func failed(_ report: GradientCheckReport) -> Set<String> {
    Set(report.tensors.filter { $0.verdict == .failed }.map(\.name))
  }

  @Test("that doubles the gradient of a weight is found, and the factor named")
  func factor() throws {
    let report = try report(.doubledWeight)
    #expect(failed(report) == ["faulty.weight"])
    let text = report.explanation.joined(separator: "\n")
    #expect(text.contains("the gradient of `faulty.weight` is 2 times what it should be"))
    #expect(
      text.contains(
        "suspect the layer `faulty` (affine): run alone on the same numbers, the gradient of its "
          + "weight is 2 times"))
    #expect(text.contains("hint: look for a constant of the derivative"))
    let worst = try #require(report.tensors.first { $0.name == "faulty.weight" }?.worst)
    #expect(abs(worst.analytic / worst.numeric - 2) < 0.01)
  }

  @Test("that flips the gradient of its input spoils all before it, and is found alone")
  func sign() throws {
    let report = try report(.flippedInput)
    #expect(failed(report) == ["input", "dense_1.weight", "dense_1.bias"])
    let text = report.explanation.joined(separator: "\n")
    #expect(text.contains("the gradient of `dense_1.weight` is right but for its sign"))
    #expect(
      text.contains(
        "the gradients of `faulty` and all after it are right, those of `dense_1` and all before "
          + "it are wrong"))
    #expect(text.contains("suspect the layer `faulty` (affine)"))
    #expect(text.contains("the gradient of its input is right but for its sign"))
    #expect(text.contains("look for a minus sign"))
    #expect(report.explanation.count { $0.contains("suspect") } == 1)
  }

  @Test("of a bias alone is told from the rest of its layer")
  func bias() throws {
    let report = try report(.wrongBias)
    #expect(failed(report) == ["faulty.bias"])
    let text = report.explanation.joined(separator: "\n")
    #expect(text.contains("the gradient of its bias is wrong, by no constant factor"))
    #expect(text.contains("look for a term that is left out"))
  }

  @Test("that writes no gradient is found, be it 0 or left as it was")
  func missing() throws {
    let zero = try report(.missingInput)
    #expect(failed(zero) == ["input", "dense_1.weight", "dense_1.bias"])
    #expect(
      zero.explanation.joined().contains("its input is 0, but the loss does depend on it"))
    let unwritten = try report(.unwrittenBias)
    #expect(failed(unwritten) == ["faulty.bias"])
    #expect(unwritten.explanation.joined().contains("its bias is not written everywhere"))
  }

  @Test("that takes a mean over samples is called so")
  func mean() throws {
    let text = try report(.meanOverSamples, samples: 5).explanation.joined(separator: "\n")
    #expect(text.contains("1/5 of (there are 5 samples) what it should be"))
    #expect(text.contains("summed over samples, never of its mean"))
  }

  @Test("of one element is found among right ones")
  func partial() throws {
    let report = try report(.lastElement)
    #expect(failed(report) == ["faulty.weight"])
  }

  @Test("that leaves a term out is found, at any seed")
  func term() throws {
    for seed: UInt64 in 0..<5 {
      let report = try check(
        Sequential(input: [6]) {
          Dense(8)
          MeanProduct(forgetsMean: true).named("faulty")
          Dense(3)
        }, seed: seed)
      #expect(failed(report).contains("dense_1.weight"))
      #expect(!failed(report).contains("dense_2.weight"))
      let text = report.explanation.joined(separator: "\n")
      #expect(text.contains("suspect the layer `faulty` (mean_product)"))
      #expect(text.contains("the gradient of its input is wrong, by no constant factor"))
    }
  }

  @Test("that reads what it did not ask to be kept is told from a wrong formula")
  func memory() throws {
    let report = try check(
      Sequential(input: [6]) {
        Dense(8)
        MeanProduct(hidesMemory: true)
        Dense(8, activation: .tanh)
        Dense(8, activation: .tanh)
        Dense(3)
      })
    #expect(failed(report).contains("dense_1.weight"))
    let text = report.explanation.joined(separator: "\n")
    #expect(text.contains("suspect the memory: the loss and every layer are right alone"))
  }

  @Test("of a loss is the loss's")
  func loss() throws {
    let report = try check(
      Sequential(input: [6]) {
        Dense(4, activation: .tanh)
        Dense(2)
      }, loss: HalfGradient())
    #expect(report.count(of: .failed) == report.tensors.count)
    let text = report.explanation.joined(separator: "\n")
    #expect(text.contains("suspect the loss half_gradient"))
    #expect(text.contains("the gradient of its input is 1/2 of what it should be"))
    #expect(report.explanation.count { $0.contains("suspect") } == 1)
  }
}
