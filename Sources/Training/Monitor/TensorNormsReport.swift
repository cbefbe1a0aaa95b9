/// How large each tensor and its gradient are after a step, as `train.monitor` asks for it.
public struct TensorNormsReport: Sendable {
  /// One tensor.
  public struct Tensor: Sendable, Equatable {
    /// Its name: `dense_1.weight`.
    public var name: String
    /// The norm of its mean gradient in the step, penalties included, before clipping.
    public var gradient: Double
    /// The norm of its values after the step.
    public var weight: Double

    /// Collects the norms of a tensor.
    public init(name: String, gradient: Double, weight: Double) {
      self.name = name
      self.gradient = gradient
      self.weight = weight
    }
  }

  /// Steps done so far.
  public var step: Int
  /// The epoch that the step belongs to, from 1.
  public var epoch: Int
  /// Seconds since the run began.
  public var seconds: Double
  /// The tensors that are trained, in order of execution.
  public var tensors: [Tensor]

  /// Collects the norms of a step.
  public init(step: Int, epoch: Int, seconds: Double, tensors: [Tensor]) {
    self.step = step
    self.epoch = epoch
    self.seconds = seconds
    self.tensors = tensors
  }
}
