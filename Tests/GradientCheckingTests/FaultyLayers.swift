import Networks
import Operators
import Options
import Tensors

/// What a layer made for tests does wrong.
enum Fault: Sendable, CaseIterable {
  case none, doubledWeight, flippedInput, wrongBias, missingInput, unwrittenBias, meanOverSamples
  case lastElement
}

/// y = weight x + bias, element by element, in plain Swift, with a fault in its backward pass.
struct Affine: Layer {
  let fault: Fault
  var kind: String { "affine" }

  func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape { inputs[0] }

  func parameters(of inputs: [Shape]) -> [ParameterSpec] {
    [
      ParameterSpec(name: "weight", shape: inputs[0], initializer: .constant(1)),
      ParameterSpec(name: "bias", shape: inputs[0], initializer: .zeros),
    ]
  }

  func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    AffineOperation(fault, batch: site.batch)
  }
}

private final class AffineOperation: Operation {
  let memory: OperationMemory
  private let fault: Fault
  private let batch: Int
  private var buffers: OperationBuffers?

  init(_ fault: Fault, batch: Int) {
    self.fault = fault
    self.batch = batch
    var memory = OperationMemory()
    memory.backwardReadsInputs = true
    self.memory = memory
  }

  func bind(_ buffers: OperationBuffers) {
    self.buffers = buffers
  }

  func forward(_ context: StepContext) {
    guard let buffers else { return }
    let (weight, bias) = (buffers.parameters[0], buffers.parameters[1])
    for index in 0..<buffers.output.count {
      let column = index % weight.count
      buffers.output.floats[index] = weight[column] * buffers.inputs[0].floats[index] + bias[column]
    }
  }

  func backward(_ context: StepContext) {
    guard let buffers else { return }
    let (input, dy) = (buffers.inputs[0].floats, buffers.outputGradient.floats)
    let weight = buffers.parameters[0]
    let dWeight = context.gradients[buffers.gradientRanges[0]]
    let dBias = context.gradients[buffers.gradientRanges[1]]
    for column in 0..<weight.count {
      var (sumOfProducts, sum): (Float, Float) = (0, 0)
      for row in 0..<batch {
        let index = row * weight.count + column
        sumOfProducts += dy[index] * input[index]
        sum += dy[index]
      }
      let isLast = column == weight.count - 1
      switch fault {
      case .doubledWeight: sumOfProducts *= 2
      case .meanOverSamples: sumOfProducts /= Float(batch)
      case .lastElement: if isLast { sumOfProducts = 0 }
      default: break
      }
      dWeight[column] = sumOfProducts
      if fault == .unwrittenBias, isLast { continue }
      dBias[column] = fault == .wrongBias ? sum + sumOfProducts : sum
    }
    guard let dx = buffers.inputGradients[0]?.floats else { return }
    for index in 0..<dy.count {
      let right = dy[index] * weight[index % weight.count]
      switch fault {
      case .flippedInput: dx[index] = -right
      case .missingInput: dx[index] = 0
      default: dx[index] = right
      }
    }
  }
}

/// y = x mean(x) over each sample, whose backward pass may leave out that the mean moves too, or
/// may read an input that it did not declare.
struct MeanProduct: Layer {
  var forgetsMean = false
  var hidesMemory = false
  var kind: String { "mean_product" }

  func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape { inputs[0] }

  func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    MeanProductOperation(self, batch: site.batch)
  }
}

private final class MeanProductOperation: Operation {
  let memory: OperationMemory
  private let layer: MeanProduct
  private let batch: Int
  private var buffers: OperationBuffers?

  init(_ layer: MeanProduct, batch: Int) {
    self.layer = layer
    self.batch = batch
    var memory = OperationMemory()
    memory.backwardReadsInputs = !layer.hidesMemory
    self.memory = memory
  }

  func bind(_ buffers: OperationBuffers) {
    self.buffers = buffers
  }

  private func mean(_ sample: FloatView) -> Float {
    sample.array.reduce(0, +) / Float(sample.count)
  }

  private func row(_ view: FloatView, _ index: Int) -> FloatView {
    let size = view.count / batch
    return view[(index * size)..<((index + 1) * size)]
  }

  func forward(_ context: StepContext) {
    guard let buffers else { return }
    for index in 0..<batch {
      let x = row(buffers.inputs[0].floats, index)
      let y = row(buffers.output.floats, index)
      let mean = mean(x)
      for element in 0..<x.count { y[element] = x[element] * mean }
    }
  }

  func backward(_ context: StepContext) {
    guard let buffers, let inputGradient = buffers.inputGradients[0]?.floats else { return }
    for index in 0..<batch {
      let x = row(buffers.inputs[0].floats, index)
      let dy = row(buffers.outputGradient.floats, index)
      let dx = row(inputGradient, index)
      let mean = mean(x)
      let product = zip(x.array, dy.array).reduce(0) { $0 + $1.0 * $1.1 } / Float(x.count)
      for element in 0..<x.count {
        dx[element] = dy[element] * mean + (layer.forgetsMean ? 0 : product)
      }
    }
  }
}

/// Squared errors whose gradient lacks its factor 2.
struct HalfGradient: Loss {
  static let kind = "half_gradient"
  var isClassification: Bool { false }

  init() {}

  init(options: OptionReader) {}

  func evaluate(
    output: FloatView, target: FloatView, gradient: FloatView?, lastAxis: Int
  ) -> LossSums {
    var sums = LossSums()
    for index in 0..<output.count {
      let error = output[index] - target[index]
      sums.loss += Double(error) * Double(error)
      gradient?[index] = error
    }
    return sums
  }
}
