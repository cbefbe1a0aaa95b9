public import Options

/// Bounds on a step's gradient, after it was divided by the number of samples.
public struct GradientClip: Sendable, Hashable {
  /// The largest length of the whole gradient; nil does not bound it.
  public var norm: Double?
  /// The largest size of each element; nil does not bound it.
  public var value: Double?

  /// Makes the bounds.
  public init(norm: Double? = nil, value: Double? = nil) {
    self.norm = norm
    self.value = value
  }

  /// Reads `norm` and `value`, of which at least one must be there.
  ///
  /// - Returns: nil after a problem was reported.
  public init?(options: OptionReader) {
    norm = options.has("norm") ? options.positiveNumber("norm") : nil
    value = options.has("value") ? options.positiveNumber("value") : nil
    options.finish()
    if norm == nil && value == nil {
      options.diagnostics.report(
        "\(options.context) needs `norm` or `value`", at: options.mark,
        hint: "write `clip: {norm: 1.0}` or `clip: {value: 0.5}`")
      return nil
    }
  }

  /// What to multiply a gradient of a total length by: `norm / (total + 1e-6)` but at most 1, as
  /// PyTorch's `clip_grad_norm_`.
  ///
  /// - Returns: the factor; 1 where the norm is not bounded, NaN where the total is NaN.
  public func factor(forNorm total: Double) -> Double {
    guard let norm else { return 1 }
    let factor = norm / (total + 1e-6)
    return factor > 1 ? 1 : factor
  }
}
