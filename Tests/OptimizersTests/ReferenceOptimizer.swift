import Optimizers
import Tensors

/// PyTorch's update formulas in double, one element at a time.
enum ReferenceOptimizer {
  /// The parameter after each gradient, by `torch.optim.SGD`.
  static func sgd(_ optimizer: SGD, _ start: Double, gradients: [Double]) -> [Double] {
    var (w, buffer): (Double, Double?) = (start, nil)
    return gradients.map { gradient in
      var d = gradient + optimizer.weightDecay * w
      if optimizer.momentum > 0 {
        let b = buffer.map { optimizer.momentum * $0 + (1 - optimizer.dampening) * d } ?? d
        buffer = b
        d = optimizer.nesterov ? d + optimizer.momentum * b : b
      }
      w -= optimizer.learningRate * d
      return w
    }
  }

  /// The parameter after each gradient, by `torch.optim.Adam`, or `AdamW` where decay is decoupled.
  static func adam(
    learningRate: Double, betas: (Double, Double), epsilon: Double, decay: Double,
    decoupled: Bool, _ start: Double, gradients: [Double]
  ) -> [Double] {
    var (w, m, v) = (start, 0.0, 0.0)
    var (power1, power2) = (1.0, 1.0)
    return gradients.map { gradient in
      if decoupled { w *= 1 - learningRate * decay }
      let d = decoupled ? gradient : gradient + decay * w
      m = betas.0 * m + (1 - betas.0) * d
      v = betas.1 * v + (1 - betas.1) * d * d
      power1 *= betas.0
      power2 *= betas.1
      let root = v.squareRoot() / (1 - power2).squareRoot()
      w -= learningRate / (1 - power1) * m / (root + epsilon)
      return w
    }
  }
}

/// Buffers of one optimizer's run over some elements.
struct Run {
  let optimizer: any Optimizer
  let parameters: FloatStorage
  let gradients: FloatStorage
  let buffers: [FloatStorage]

  init(_ optimizer: any Optimizer, parameters values: [Float]) {
    self.optimizer = optimizer
    parameters = FloatStorage(count: values.count)
    parameters.view.copy(from: values)
    gradients = FloatStorage(count: values.count)
    buffers = optimizer.stateNames.map { _ in FloatStorage(count: values.count) }
  }

  var state: OptimizerState {
    OptimizerState(
      buffers.first?.view, buffers.count > 1 ? buffers[1].view : nil,
      buffers.count > 2 ? buffers[2].view : nil)
  }

  /// One step over the given ranges, in their order.
  func step(_ number: Int, gradient: [Float], scale: Float = 1, ranges: [Range<Int>]? = nil) {
    gradients.view.copy(from: gradient)
    let settings = StepSettings(
      step: number, learningRate: Float(optimizer.learningRate), gradientScale: scale)
    for range in ranges ?? [0..<gradient.count] {
      optimizer.step(
        settings, parameters: parameters.view[range], gradients: gradients.view[range],
        state: state[range])
    }
  }
}

/// Numbers between -1 and 1, the same in every run.
func numbers(_ count: Int, seed: UInt64) -> [Float] {
  let stream = RandomStream(seed: seed, purpose: .noise)
  return (0..<count).map { RandomStream.unit(stream.words(UInt32($0)).0) * 2 - 1 }
}
