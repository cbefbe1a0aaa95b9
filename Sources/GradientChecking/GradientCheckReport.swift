/// What came of checking a network's gradients.
public struct GradientCheckReport: Sendable {
  /// The loss summed over the samples, at the point of the check.
  public let loss: Double
  /// The number of samples.
  public let samples: Int
  /// The inputs, then the parameters in order of execution.
  public let tensors: [TensorCheck]
  /// What is suspected and why, a paragraph an element; empty where nothing failed.
  public internal(set) var explanation: [String] = []

  init(loss: Double, samples: Int, tensors: [TensorCheck]) {
    self.loss = loss
    self.samples = samples
    self.tensors = tensors
  }

  /// How many tensors have a verdict.
  public func count(of verdict: TensorCheck.Verdict) -> Int {
    tensors.count { $0.verdict == verdict }
  }
}
