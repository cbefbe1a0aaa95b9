import Operators
import Tensors

/// Numbers around 0 with a spread of about 1, and a mean of `shift`.
func winogradNumbers(_ count: Int, seed: UInt64, shift: Float = 0) -> [Float] {
  let stream = RandomStream(seed: seed, purpose: .initialization)
  return (0..<count).map { index in
    let unit = RandomStream.unit(stream.words(UInt32(index), 0, 0, 0).0)
    return unit * 3.4 - 1.7 + shift
  }
}

/// The convolution by its definition, in double.
struct DirectConvolution {
  var output: [Double]
  var inputGradient: [Double]
  var weightGradient: [Double]
  var biasGradient: [Double]

  init(_ sizes: WinogradCase, x: [Float], weight: [Float], bias: [Float]?, dy: [Float]) {
    let (channels, filters) = (sizes.channels, sizes.filters)
    let outHeight = sizes.height + sizes.padding[0] + sizes.padding[2] - 2
    let outWidth = sizes.width + sizes.padding[1] + sizes.padding[3] - 2
    output = Array(repeating: 0, count: dy.count)
    inputGradient = Array(repeating: 0, count: x.count)
    weightGradient = Array(repeating: 0, count: weight.count)
    biasGradient = Array(repeating: 0, count: filters)
    for at in dy.indices {
      output[at] = Double(bias?[at % filters] ?? 0)
      biasGradient[at % filters] += Double(dy[at])
    }
    for position in 0..<(sizes.batch * outHeight * outWidth) {
      let (image, place) = position.quotientAndRemainder(dividingBy: outHeight * outWidth)
      let (row, column) = place.quotientAndRemainder(dividingBy: outWidth)
      for tap in 0..<9 {
        let y = row + tap / 3 - sizes.padding[0]
        let z = column + tap % 3 - sizes.padding[1]
        guard 0..<sizes.height ~= y, 0..<sizes.width ~= z else { continue }
        let pixel = ((image * sizes.height + y) * sizes.width + z) * channels
        for filter in 0..<filters {
          let out = position * filters + filter
          let gradient = Double(dy[out])
          for channel in 0..<channels {
            let factor = (filter * channels + channel) * 9 + tap
            output[out] += Double(x[pixel + channel]) * Double(weight[factor])
            inputGradient[pixel + channel] += gradient * Double(weight[factor])
            weightGradient[factor] += gradient * Double(x[pixel + channel])
          }
        }
      }
    }
  }
}

/// What the three passes compute.
struct WinogradResults {
  var output: [Float]
  var inputGradient: [Float]
  var weightGradient: [Float]
  var biasGradient: [Float]

  /// Runs all passes in scratch memory full of NaN.
  init(
    _ convolution: WinogradConvolution, x: [Float], weight: [Float], bias: [Float]?, dy: [Float],
    type: ElementType = .float32
  ) {
    let input = TestElements(x, type), gradient = TestElements(dy, type)
    let inputGradient = TestElements([Float](repeating: .nan, count: x.count), type)
    let output = TestElements([Float](repeating: .nan, count: dy.count), type)
    let weights = FloatStorage(count: weight.count),
      weightGradient = FloatStorage(count: weight.count)
    let filters = bias?.count ?? weight.count / 9
    let biases = FloatStorage(count: filters), biasGradient = FloatStorage(count: filters)
    weights.view.copy(from: weight)
    if let bias { biases.view.copy(from: bias) }
    for pass in WinogradConvolution.Pass.allCases {
      let scratch = FloatStorage(count: convolution.scratchCount(for: pass))
      scratch.view.fill(with: .nan)
      switch pass {
      case .forward:
        convolution.forward(
          input.view, weight: weights.view, bias: bias == nil ? nil : biases.view,
          into: output.view, scratch: scratch.view)
      case .backwardData:
        convolution.backwardData(
          gradient.view, weight: weights.view, into: inputGradient.view, scratch: scratch.view)
      case .backwardWeights:
        convolution.backwardWeights(
          input: input.view, gradient: gradient.view, weightGradient: weightGradient.view,
          biasGradient: bias == nil ? nil : biasGradient.view, scratch: scratch.view)
      }
      withExtendedLifetime(scratch) {}
    }
    self.output = output.floats
    self.inputGradient = inputGradient.floats
    self.weightGradient = weightGradient.view.array
    self.biasGradient = biasGradient.view.array
    withExtendedLifetime((input, gradient, weights, biases)) {}
  }
}

/// Numbers stored as either type.
struct TestElements {
  let storage: FloatStorage
  let view: ElementView

  init(_ values: [Float], _ type: ElementType) {
    storage = FloatStorage(count: values.count)
    view = ElementView(storage.view, count: values.count, type: type)
    if type == .float32 {
      storage.view.copy(from: values)
    } else {
      for (index, value) in values.enumerated() {
        unsafe view.bfloat16Bits[index] = UInt16(truncatingIfNeeded: value.bitPattern >> 16)
      }
    }
  }

  var floats: [Float] {
    if view.type == .float32 { return storage.view.array }
    return (0..<view.count).map {
      unsafe Float(bitPattern: UInt32(view.bfloat16Bits[$0]) << 16)
    }
  }
}

/// The largest difference, as a share of the largest expected value.
func largestError(_ actual: [Float], _ expected: [Double]) -> Double {
  precondition(actual.count == expected.count)
  let largest = expected.reduce(0) { max($0, abs($1)) }
  var worst = 0.0
  for (a, e) in zip(actual, expected) {
    guard a.isFinite else { return .infinity }
    worst = max(worst, abs(Double(a) - e))
  }
  return worst / max(largest, 1e-3)
}
