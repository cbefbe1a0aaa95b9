import Optimizers

/// The update formulas of PyTorch's other adaptive optimizers in double, one element at a time.
extension ReferenceOptimizer {
  /// The parameter after each gradient, by `torch.optim.Adam(amsgrad=True)` or `AdamW`.
  static func amsgrad(
    learningRate: Double, betas: (Double, Double), epsilon: Double, decay: Double,
    decoupled: Bool, _ start: Double, gradients: [Double]
  ) -> [Double] {
    var (w, m, v, largest) = (start, 0.0, 0.0, 0.0)
    var (power1, power2) = (1.0, 1.0)
    return gradients.map { gradient in
      if decoupled { w *= 1 - learningRate * decay }
      let d = decoupled ? gradient : gradient + decay * w
      m = betas.0 * m + (1 - betas.0) * d
      v = betas.1 * v + (1 - betas.1) * d * d
      largest = max(largest, v)
      power1 *= betas.0
      power2 *= betas.1
      let root = largest.squareRoot() / (1 - power2).squareRoot()
      w -= learningRate / (1 - power1) * m / (root + epsilon)
      return w
    }
  }

  /// The parameter after each gradient, by `torch.optim.NAdam`; `momenta` are 0.96^(t decay), from
  /// t = 1.
  static func nadam(
    _ optimizer: NAdam, momenta: [Double], _ start: Double, gradients: [Double]
  ) -> [Double] {
    var (w, m, v) = (start, 0.0, 0.0)
    var (product, power2) = (1.0, 1.0)
    return gradients.enumerated().map { index, gradient in
      let mu = optimizer.beta1 * (1 - 0.5 * momenta[index])
      let next = optimizer.beta1 * (1 - 0.5 * momenta[index + 1])
      product *= mu
      power2 *= optimizer.beta2
      let d = gradient + optimizer.weightDecay * w
      m = optimizer.beta1 * m + (1 - optimizer.beta1) * d
      v = optimizer.beta2 * v + (1 - optimizer.beta2) * d * d
      let root = (v / (1 - power2)).squareRoot() + optimizer.epsilon
      w -= optimizer.learningRate * (1 - mu) / (1 - product) * d / root
      w -= optimizer.learningRate * next / (1 - product * next) * m / root
      return w
    }
  }

  /// The parameter after each gradient, by `torch.optim.RMSprop`.
  static func rmsprop(_ optimizer: RMSprop, _ start: Double, gradients: [Double]) -> [Double] {
    var (w, square, mean, buffer) = (start, 0.0, 0.0, 0.0)
    return gradients.map { gradient in
      let d = gradient + optimizer.weightDecay * w
      square = optimizer.alpha * square + (1 - optimizer.alpha) * d * d
      var variance = square
      if optimizer.centered {
        mean += (1 - optimizer.alpha) * (d - mean)
        variance -= mean * mean
      }
      var step = d / (variance.squareRoot() + optimizer.epsilon)
      if optimizer.momentum > 0 {
        buffer = optimizer.momentum * buffer + step
        step = buffer
      }
      w -= optimizer.learningRate * step
      return w
    }
  }

  /// The parameter after each gradient, by `torch.optim.Adagrad`.
  static func adagrad(_ optimizer: Adagrad, _ start: Double, gradients: [Double]) -> [Double] {
    var (w, sum) = (start, optimizer.initialAccumulatorValue)
    return gradients.enumerated().map { index, gradient in
      let d = gradient + optimizer.weightDecay * w
      sum += d * d
      let rate = optimizer.learningRate / (1 + Double(index) * optimizer.learningRateDecay)
      w -= rate * d / (sum.squareRoot() + optimizer.epsilon)
      return w
    }
  }

  /// The parameter after each gradient, by `torch.optim.Adadelta`.
  static func adadelta(_ optimizer: Adadelta, _ start: Double, gradients: [Double]) -> [Double] {
    var (w, square, delta) = (start, 0.0, 0.0)
    return gradients.map { gradient in
      let d = gradient + optimizer.weightDecay * w
      square = optimizer.rho * square + (1 - optimizer.rho) * d * d
      let step =
        (delta + optimizer.epsilon).squareRoot() / (square + optimizer.epsilon).squareRoot() * d
      delta = optimizer.rho * delta + (1 - optimizer.rho) * step * step
      w -= optimizer.learningRate * step
      return w
    }
  }
}
