internal import Tensors

/// A run of the arena that is updated in one way.
public struct UpdateSegment: Sendable {
  /// How the parameters of a segment move.
  public enum Rule: Sendable {
    /// Not at all; their gradients are no part of the norm.
    case frozen
    /// By an optimizer that has the segment's weight decay.
    case optimizer(any Optimizer, learningRateFactor: Double)
    /// By an optimizer that needs norms of the tensor that the segment is; nil takes trust ratio 1.
    case layerwise(any LayerwiseOptimizer, learningRateFactor: Double, tensor: Int?)
  }

  /// The elements, with the gaps behind their tensors.
  public let range: Range<Int>
  /// How they move.
  public let rule: Rule
  /// The penalty on them.
  public let penalty: Regularization
}

extension UpdateSegment.Rule {
  /// Whether the gradients of the segment are part of the whole gradient's norm.
  var countsInNorm: Bool {
    if case .frozen = self { false } else { true }
  }
}

/// What is asked of one tensor; neighbours with equal settings are one segment.
struct TensorSettings: Hashable {
  var weightDecay: Double?
  var learningRateFactor = 1.0
  var isFrozen = false
  var penalty = Regularization()

  /// The settings of a tensor that belongs to a group, or to none.
  init(_ entry: ArenaEntry, group: ParameterGroup?, regularization: Regularization) {
    if entry.shape.rank > 1 { penalty = regularization }
    guard let group else { return }
    weightDecay = group.weightDecay
    learningRateFactor = group.learningRateFactor
    isFrozen = group.isFrozen
    penalty = Regularization(l1: group.l1 ?? penalty.l1, l2: group.l2 ?? penalty.l2)
    if isFrozen { penalty = Regularization() }
  }

  /// The rule for a tensor of these settings.
  ///
  /// Tensors of one axis go without a layerwise optimizer's trust ratio and decay.
  func rule(_ optimizer: any Optimizer, tensor: Int, rank: Int) -> UpdateSegment.Rule {
    if isFrozen { return .frozen }
    guard let layerwise = optimizer as? any LayerwiseOptimizer else {
      return .optimizer(decaying(optimizer), learningRateFactor: learningRateFactor)
    }
    let isScaled = rank > 1
    var own = layerwise
    own.weightDecay = weightDecay ?? (isScaled ? layerwise.weightDecay : 0)
    return .layerwise(
      own, learningRateFactor: learningRateFactor, tensor: isScaled ? tensor : nil)
  }

  private func decaying(_ optimizer: any Optimizer) -> any Optimizer {
    guard let weightDecay, var own = optimizer as? any DecayingOptimizer else { return optimizer }
    own.weightDecay = weightDecay
    return own
  }
}
