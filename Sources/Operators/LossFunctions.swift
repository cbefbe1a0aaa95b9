internal import CKernels
package import Tensors

/// Losses and their gradients as sums over a batch.
package enum LossFunctions {
  /// The sums of one batch.
  package struct Result {
    /// The sum of weighted losses.
    package let loss: Double
    /// The sum of weights.
    package let weight: Double
    /// Right predictions.
    package let correct: Double
    /// The sum of squared errors.
    package let squaredError: Double
    /// The sum of absolute errors.
    package let absoluteError: Double

    fileprivate init(_ result: ck_loss_result) {
      loss = result.loss
      weight = result.weight
      correct = result.correct
      squaredError = result.squared_error
      absoluteError = result.absolute_error
    }
  }

  /// Cross entropy of softmax over rows of `classes` logits, with class ids as labels.
  package static func crossEntropy(
    logits: FloatView, labels: FloatView, classWeights: [Float], labelSmoothing: Float,
    gradient: FloatView?, classes: Int
  ) -> Result {
    assert(logits.count == labels.count * classes)
    precondition(
      classWeights.isEmpty || classWeights.count == classes,
      "\(classWeights.count) class weights for \(classes) classes")
    return unsafe classWeights.withUnsafeBufferPointer { weights in
      unsafe Result(
        ck_cross_entropy(
          logits.pointer, labels.pointer, weights.isEmpty ? nil : weights.baseAddress,
          labelSmoothing, gradient?.pointer, labels.count, classes))
    }
  }

  /// Cross entropy of sigmoids of logits.
  package static func binaryCrossEntropy(
    logits: FloatView, targets: FloatView, positiveWeight: Float, gradient: FloatView?
  ) -> Result {
    assert(logits.count == targets.count)
    return unsafe Result(
      ck_binary_cross_entropy(
        logits.pointer, targets.pointer, positiveWeight, gradient?.pointer, logits.count))
  }

  /// Squared errors.
  package static func meanSquaredError(
    output: FloatView, target: FloatView, gradient: FloatView?
  ) -> Result {
    assert(output.count == target.count)
    return unsafe Result(
      ck_mean_squared_error(output.pointer, target.pointer, gradient?.pointer, output.count))
  }

  /// Absolute errors.
  package static func meanAbsoluteError(
    output: FloatView, target: FloatView, gradient: FloatView?
  ) -> Result {
    assert(output.count == target.count)
    return unsafe Result(
      ck_mean_absolute_error(output.pointer, target.pointer, gradient?.pointer, output.count))
  }

  /// Huber's loss.
  package static func huber(
    output: FloatView, target: FloatView, delta: Float, gradient: FloatView?
  ) -> Result {
    assert(output.count == target.count)
    return unsafe Result(
      ck_huber(output.pointer, target.pointer, delta, gradient?.pointer, output.count))
  }

  /// The hinge loss.
  package static func hinge(
    output: FloatView, target: FloatView, gradient: FloatView?
  ) -> Result {
    assert(output.count == target.count)
    return unsafe Result(
      ck_hinge(output.pointer, target.pointer, gradient?.pointer, output.count))
  }
}
