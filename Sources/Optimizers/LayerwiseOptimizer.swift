internal import CKernels
public import Tensors

/// An optimizer whose weight decay can differ from group to group.
public protocol DecayingOptimizer: Optimizer {
  /// What pulls parameters towards 0; where it goes is up to the optimizer.
  var weightDecay: Double { get set }
}

/// The Euclidean norms of one tensor in a step.
public struct TensorNorms: Sendable, Hashable {
  /// The norm of the parameters before the step.
  public var parameters: Double
  /// The norm of the step's direction.
  public var direction: Double

  /// Collects both.
  public init(parameters: Double, direction: Double) {
    self.parameters = parameters
    self.direction = direction
  }
}

/// An optimizer that scales each tensor's step by the tensor's norms.
///
/// A step has two halves. ``makeDirections(_:parameters:gradients:state:)`` works on any range, as
/// the steps of other optimizers do; then the norms of whole tensors must be known, and
/// ``applyDirections(_:trustRatio:parameters:directions:state:)`` works on any range of one tensor.
/// ``Optimizer/step(_:parameters:gradients:state:)`` does both and takes its range for one tensor.
public protocol LayerwiseOptimizer: DecayingOptimizer {
  /// Puts the directions in place of the gradients, and updates running means.
  func makeDirections(
    _ settings: StepSettings, parameters: FloatView, gradients: FloatView, state: OptimizerState)

  /// What the step of a tensor is multiplied by, unless it goes without; neither norm is 0.
  func trustRatio(_ norms: TensorNorms) -> Double

  /// Moves the parameters along the directions.
  func applyDirections(
    _ settings: StepSettings, trustRatio: Double, parameters: FloatView, directions: FloatView,
    state: OptimizerState)
}

extension LayerwiseOptimizer {
  /// The trust ratio of a tensor, 1 where a norm is 0 and so says nothing.
  func checkedTrustRatio(_ norms: TensorNorms) -> Double {
    norms.parameters == 0 || norms.direction == 0 ? 1 : trustRatio(norms)
  }

  /// Updates one whole tensor; the gradients end as directions.
  public func step(
    _ settings: StepSettings, parameters: FloatView, gradients: FloatView, state: OptimizerState
  ) {
    makeDirections(settings, parameters: parameters, gradients: gradients, state: state)
    let norms = TensorNorms(parameters: norm(of: parameters), direction: norm(of: gradients))
    applyDirections(
      settings, trustRatio: checkedTrustRatio(norms), parameters: parameters,
      directions: gradients, state: state)
  }
}

/// The Euclidean norm, summed in double.
func norm(of view: FloatView) -> Double {
  unsafe ck_sum_squares(view.pointer, view.count).squareRoot()
}
