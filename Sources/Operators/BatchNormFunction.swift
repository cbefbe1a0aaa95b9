internal import CKernels
package import Tensors

/// Normalization of each channel over the rows to mean 0 and variance 1, then a weight and a bias;
/// a sum with another tensor and a ReLU may follow in the same pass.
///
/// Tensors are [rows, channels] of either element type, images as NHWC; statistics and parameters
/// are [channels] in float32.
///
/// Reference: "Batch Normalization: Accelerating Deep Network Training by Reducing Internal
/// Covariate Shift", Ioffe and Szegedy, 2015.
package enum BatchNormFunction {
  /// Writes the statistics of a batch; in training they come first.
  ///
  /// - Parameters:
  ///   - input: [rows, channels], at least 2 rows.
  ///   - epsilon: added to the variance.
  ///   - mean: takes the means.
  ///   - factor: takes 1 / sqrt(variance + epsilon), of the biased variances.
  ///   - unbiasedVariance: takes the variances that running averages are made of.
  package static func writeStatistics(
    of input: ElementView, epsilon: Float, mean: FloatView, factor: FloatView,
    unbiasedVariance: FloatView
  ) {
    let rows = rowCount(of: input, channels: mean.count)
    precondition(rows > 1, "a batch of one row has no variance")
    assert(factor.count == mean.count && unbiasedVariance.count == mean.count)
    unsafe ck_batch_norm_statistics(
      input.type.code, input.pointer, epsilon, mean.pointer, factor.pointer,
      unbiasedVariance.pointer, rows, mean.count)
  }

  /// Writes the factors of running variances; in inference they come first.
  package static func writeFactors(
    ofVariance variance: FloatView, epsilon: Float, into factor: FloatView
  ) {
    assert(factor.count == variance.count)
    unsafe ck_batch_norm_factors(variance.pointer, epsilon, factor.pointer, factor.count)
  }

  /// Writes (input - mean) factor weight + bias, plus an addend, rectified where asked for.
  ///
  /// - Parameters:
  ///   - input: [rows, channels].
  ///   - addend: what is added before the ReLU; nil for nothing.
  ///   - rectify: whether a ReLU follows.
  ///   - mean: from the statistics, or the running mean.
  ///   - factor: from the statistics, or of the running variance.
  ///   - weight: the scale of each channel.
  ///   - bias: the offset of each channel.
  ///   - output: [rows, channels]; may be the input or the addend.
  package static func apply(
    _ input: ElementView, adding addend: ElementView? = nil, rectify: Bool = false,
    mean: FloatView, factor: FloatView, weight: FloatView, bias: FloatView,
    into output: ElementView
  ) {
    let rows = rowCount(of: input, channels: mean.count)
    assert(
      [output, addend ?? output].allSatisfy { $0.count == input.count && $0.type == input.type })
    assert([factor, weight, bias].allSatisfy { $0.count == mean.count })
    unsafe ck_batch_norm_apply(
      input.type.code, rectify, input.pointer, addend?.pointer, mean.pointer, factor.pointer,
      weight.pointer, bias.pointer, output.pointer, rows, mean.count)
  }

  /// Writes the gradients of the input, the addend, the weight and the bias in training.
  ///
  /// - Parameters:
  ///   - input: [rows, channels], as it was in the forward pass.
  ///   - rectifiedOutput: the output where a ReLU followed, nil where none did.
  ///   - mean: from the statistics.
  ///   - factor: from the statistics.
  ///   - weight: the scale of each channel.
  ///   - gradient: the gradient of the output.
  ///   - destination: the gradient of the input; nil for none; may be `gradient`.
  ///   - addendGradient: the gradient of the addend; nil for none; may be `gradient`, but not
  ///     `destination`.
  ///   - weightGradient: [channels].
  ///   - biasGradient: [channels].
  package static func backward(
    input: ElementView, rectifiedOutput: ElementView? = nil, mean: FloatView, factor: FloatView,
    weight: FloatView, gradient: ElementView, into destination: ElementView?,
    addendGradient: ElementView? = nil, weightGradient: FloatView, biasGradient: FloatView
  ) {
    let rows = rowCount(of: input, channels: mean.count)
    assert(
      [rectifiedOutput, gradient, destination, addendGradient].allSatisfy {
        ($0 ?? input).count == input.count && ($0 ?? input).type == input.type
      })
    assert(
      [factor, weight, weightGradient, biasGradient].allSatisfy { $0.count == mean.count })
    unsafe ck_batch_norm_backward(
      input.type.code, input.pointer, rectifiedOutput?.pointer, mean.pointer, factor.pointer,
      weight.pointer, gradient.pointer, destination?.pointer, addendGradient?.pointer,
      weightGradient.pointer, biasGradient.pointer, rows, mean.count)
  }

  private static func rowCount(of input: ElementView, channels: Int) -> Int {
    assert(input.count % channels == 0)
    return input.count / channels
  }
}
