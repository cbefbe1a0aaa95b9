internal import RunRecords

/// What is wrong with the gradients of some layers, in words.
public struct GradientWarning: Sendable, Equatable, CustomStringConvertible {
  /// What may be wrong.
  public enum Kind: String, Sendable, CaseIterable {
    /// Too small to move the layer.
    case vanishing
    /// Far larger than the layer, or than it was.
    case exploding
    /// Exactly 0.
    case dead
  }

  /// A layer and what was measured of it.
  public struct Layer: Sendable, Equatable {
    /// Its name: `dense_1`.
    public var name: String
    /// The norm of its gradient.
    public var gradient: Double
    /// The norm of its parameters.
    public var weight: Double
  }

  /// What is wrong.
  public var kind: Kind
  /// The layers, in order of execution; at least one.
  public var layers: [Layer]
  /// The step at which it was found.
  public var step: Int

  /// What is wrong where, and what to try.
  public var description: String {
    let first = layers[0]
    var text = "\(kind) gradient in \(first.name) at step \(step): "
    let gradient = NumberText.metric(first.gradient)
    let weight = NumberText.metric(first.weight)
    switch kind {
    case .vanishing: text += "its norm is \(gradient), the weights' \(weight)"
    case .exploding: text += "its norm is \(gradient), the weights' \(weight)"
    case .dead: text += "it is exactly 0, so nothing there is learnt"
    }
    if layers.count > 1 {
      text += "; also in " + layers.dropFirst().map(\.name).joined(separator: ", ")
    }
    return text + "\n  try: \(advice)"
  }

  private var advice: String {
    switch kind {
    case .vanishing:
      "relu, leaky_relu or gelu with he_normal initialization in place of sigmoid or tanh, "
        + "layer_norm between the layers, residual connections, fewer layers"
    case .exploding:
      "a smaller learning rate, `train.clip: {norm: 1.0}`, smaller initial weights, "
        + "layer_norm, normalized data"
    case .dead:
      "leaky_relu, elu or gelu in place of relu, he_normal initialization, a smaller learning "
        + "rate, normalized data; a layer that nothing depends on can go"
    }
  }
}
