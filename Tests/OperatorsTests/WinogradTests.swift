import Operators
import Tensors
import Testing

/// A convolution's sizes.
struct WinogradCase: CustomTestStringConvertible, Sendable {
  var batch = 1
  var height: Int
  var width: Int
  var channels: Int
  var filters: Int
  /// Top, left, bottom, right.
  var padding = [1, 1, 1, 1]

  var testDescription: String {
    "\(batch) x \(height)x\(width)x\(channels) to \(filters), padding \(padding)"
  }

  var convolution: WinogradConvolution? {
    WinogradConvolution(
      batch: batch, height: height, width: width, channels: channels, filters: filters,
      top: padding[0], left: padding[1], bottom: padding[2], right: padding[3])
  }

  /// Every pair of channels and filters, on images that end inside a tile.
  static let channels: [WinogradCase] = [1, 3, 8, 16, 17, 32, 64].flatMap { channels in
    [1, 3, 8, 16, 17, 32, 64].map { filters in
      WinogradCase(height: 5, width: 7, channels: channels, filters: filters)
    }
  }

  /// Images of whole tiles and of parts, with all kinds of padding; more tiles than a block's among
  /// them.
  static let images: [WinogradCase] = [(1, 1), (2, 2), (3, 4), (5, 7), (8, 8), (14, 14), (28, 28)]
    .flatMap { height, width in
      [[0, 0, 0, 0], [1, 1, 1, 1], [2, 2, 2, 2], [0, 1, 2, 1], [2, 0, 0, 2]]
        .enumerated().map { index, padding in
          WinogradCase(
            batch: [1, 2, 5][(index + height) % 3], height: height, width: width,
            channels: index.isMultiple(of: 2) ? 17 : 16, filters: height == 28 ? 3 : 18,
            padding: padding)
        }
    }
    .filter { $0.convolution != nil }

  /// Some of all these.
  static let some = [
    WinogradCase(height: 5, width: 7, channels: 17, filters: 32),
    WinogradCase(batch: 5, height: 14, width: 14, channels: 16, filters: 16),
    WinogradCase(batch: 2, height: 8, width: 9, channels: 32, filters: 3, padding: [2, 0, 1, 2]),
  ]
}

/// Numbers around 0 with a spread of about 1, and a mean of `shift`.
private func numbers(_ count: Int, seed: UInt64, shift: Float = 0) -> [Float] {
  let stream = RandomStream(seed: seed, purpose: .initialization)
  return (0..<count).map { index in
    let unit = RandomStream.unit(stream.words(UInt32(index), 0, 0, 0).0)
    return unit * 3.4 - 1.7 + shift
  }
}

/// The convolution by its definition, in double.
private struct DirectConvolution {
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
private struct Results {
  var output: [Float]
  var inputGradient: [Float]
  var weightGradient: [Float]
  var biasGradient: [Float]

  /// Runs all passes in scratch memory full of NaN.
  init(
    _ convolution: WinogradConvolution, x: [Float], weight: [Float], bias: [Float]?, dy: [Float],
    type: ElementType = .float32
  ) {
    let input = Elements(x, type), gradient = Elements(dy, type)
    let inputGradient = Elements([Float](repeating: .nan, count: x.count), type)
    let output = Elements([Float](repeating: .nan, count: dy.count), type)
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
private struct Elements {
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
private func error(_ actual: [Float], _ expected: [Double]) -> Double {
  precondition(actual.count == expected.count)
  let largest = expected.reduce(0) { max($0, abs($1)) }
  var worst = 0.0
  for (a, e) in zip(actual, expected) {
    guard a.isFinite else { return .infinity }
    worst = max(worst, abs(Double(a) - e))
  }
  return worst / max(largest, 1e-3)
}

struct WinogradTests {
  /// The inputs of a case, and what the definition makes of them.
  private func data(
    _ sizes: WinogradCase, _ convolution: WinogradConvolution, shift: Float = 0
  ) -> (x: [Float], weight: [Float], bias: [Float], dy: [Float]) {
    (
      numbers(convolution.inputCount, seed: 1, shift: shift),
      numbers(convolution.weightCount, seed: 2), numbers(sizes.filters, seed: 3),
      numbers(convolution.outputCount, seed: 4)
    )
  }

  @Test(
    "all passes follow the definition in double",
    arguments: WinogradCase.channels + WinogradCase.images)
  func definition(sizes: WinogradCase) throws {
    let convolution = try #require(sizes.convolution)
    let (x, weight, bias, dy) = data(sizes, convolution, shift: sizes.batch == 2 ? 0.5 : 0)
    let bias1 = sizes.height.isMultiple(of: 2) ? nil : bias
    let expected = DirectConvolution(sizes, x: x, weight: weight, bias: bias1, dy: dy)
    let results = Results(convolution, x: x, weight: weight, bias: bias1, dy: dy)
    #expect(error(results.output, expected.output) < 4e-6)
    #expect(error(results.inputGradient, expected.inputGradient) < 4e-6)
    #expect(error(results.weightGradient, expected.weightGradient) < 1e-5)
    if bias1 != nil { #expect(error(results.biasGradient, expected.biasGradient) < 2e-6) }
  }

  @Test("the error stays small over many channels")
  func manyChannels() throws {
    let sizes = WinogradCase(height: 8, width: 8, channels: 512, filters: 16)
    let convolution = try #require(sizes.convolution)
    let (x, weight, bias, dy) = data(sizes, convolution)
    let expected = DirectConvolution(sizes, x: x, weight: weight, bias: bias, dy: dy)
    let results = Results(convolution, x: x, weight: weight, bias: bias, dy: dy)
    #expect(error(results.output, expected.output) < 1e-5)
    #expect(error(results.inputGradient, expected.inputGradient) < 1e-5)
    #expect(error(results.weightGradient, expected.weightGradient) < 1e-5)
  }

  @Test("a convolution by hand")
  func byHand() throws {
    // One output, one weight that is not 0: it picks the input's middle row, last column.
    let convolution = try #require(
      WinogradCase(height: 3, width: 3, channels: 1, filters: 1, padding: [0, 0, 0, 0]).convolution)
    let results = Results(
      convolution, x: [1, 2, 3, 4, 5, 6, 7, 8, 9], weight: [0, 0, 0, 0, 0, 2, 0, 0, 0], bias: [10],
      dy: [3])
    #expect(error(results.output, [22]) < 1e-6)
    #expect(error(results.inputGradient, [0, 0, 0, 0, 0, 6, 0, 0, 0]) < 1e-6)
    #expect(error(results.weightGradient, [3, 6, 9, 12, 15, 18, 21, 24, 27]) < 1e-6)
    #expect(results.biasGradient == [3])
  }

  @Test(
    "bfloat16 images are computed with in float32 and rounded once", arguments: WinogradCase.some)
  func bfloat16(sizes: WinogradCase) throws {
    let convolution = try #require(sizes.convolution)
    var (x, weight, bias, dy) = data(sizes, convolution)
    x = Elements(x, .bfloat16).floats
    dy = Elements(dy, .bfloat16).floats
    let wide = Results(convolution, x: x, weight: weight, bias: bias, dy: dy)
    let narrow = Results(convolution, x: x, weight: weight, bias: bias, dy: dy, type: .bfloat16)
    // The same float32 numbers, rounded to the nearest of 8 bits, ties to even.
    func rounded(_ values: [Float]) -> [UInt32] {
      values.map { value in
        let bits = value.bitPattern
        return (bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff_0000
      }
    }
    #expect(narrow.output.map(\.bitPattern) == rounded(wide.output))
    #expect(narrow.inputGradient.map(\.bitPattern) == rounded(wide.inputGradient))
    #expect(narrow.weightGradient == wide.weightGradient)
    #expect(narrow.biasGradient == wide.biasGradient)
  }

  @Test("an image's result does not depend on the images around it", arguments: WinogradCase.some)
  func alone(sizes: WinogradCase) throws {
    var sizes = sizes
    sizes.batch = 5
    var one = sizes
    one.batch = 1
    let convolution = try #require(sizes.convolution), single = try #require(one.convolution)
    let (x, weight, bias, dy) = data(sizes, convolution)
    let all = Results(convolution, x: x, weight: weight, bias: bias, dy: dy)
    for image in 0..<5 {
      let input = (image * single.inputCount)..<((image + 1) * single.inputCount)
      let output = (image * single.outputCount)..<((image + 1) * single.outputCount)
      let result = Results(
        single, x: Array(x[input]), weight: weight, bias: bias, dy: Array(dy[output]))
      #expect(result.output == Array(all.output[output]))
      #expect(result.inputGradient == Array(all.inputGradient[input]))
    }
  }

  @Test(
    "what is not finite in an input reaches every result that it is part of",
    arguments: [Float.nan, .infinity], WinogradCase.some)
  func notFinite(value: Float, sizes: WinogradCase) throws {
    let convolution = try #require(sizes.convolution)
    var (x, weight, bias, dy) = data(sizes, convolution)
    let clean = x
    for place in [0, x.count / 2, x.count - 1] {
      x = clean
      x[place] = value
      let expected = DirectConvolution(sizes, x: x, weight: weight, bias: bias, dy: dy)
      let results = Results(convolution, x: x, weight: weight, bias: bias, dy: dy)
      #expect(zip(results.output, expected.output).allSatisfy { $1.isFinite || !$0.isFinite })
      #expect(
        zip(results.weightGradient, expected.weightGradient)
          .allSatisfy { $1.isFinite || !$0.isFinite })
      // Other images stay clean.
      if sizes.batch > 1 { #expect(results.output.contains { $0.isFinite }) }
    }
    x = clean
    dy[dy.count / 2] = value
    let expected = DirectConvolution(sizes, x: x, weight: weight, bias: bias, dy: dy)
    let results = Results(convolution, x: x, weight: weight, bias: bias, dy: dy)
    #expect(
      zip(results.inputGradient, expected.inputGradient).allSatisfy { $1.isFinite || !$0.isFinite })
    #expect(results.biasGradient.contains { !$0.isFinite })
  }

  @Test("a bfloat16 NaN stays one")
  func bfloat16NaN() throws {
    let sizes = WinogradCase(height: 4, width: 4, channels: 16, filters: 16)
    let convolution = try #require(sizes.convolution)
    var (x, weight, bias, dy) = data(sizes, convolution)
    // All bits that rounding could carry into the exponent and beyond.
    weight = weight.map { _ in Float(bitPattern: 0x7fff_ffff) }
    x[0] = 1
    let results = Results(convolution, x: x, weight: weight, bias: bias, dy: dy, type: .bfloat16)
    #expect(results.output.allSatisfy(\.isNaN) && results.inputGradient.allSatisfy(\.isNaN))
  }

  @Test("no convolution without output or with more padding than weights")
  func refused() {
    #expect(
      WinogradCase(height: 2, width: 9, channels: 1, filters: 1, padding: [0, 0, 0, 0]).convolution
        == nil)
    #expect(
      WinogradCase(height: 9, width: 1, channels: 1, filters: 1, padding: [1, 0, 1, 1]).convolution
        == nil)
    #expect(
      WinogradCase(height: 9, width: 9, channels: 1, filters: 1, padding: [3, 1, 1, 1]).convolution
        == nil)
    #expect(
      WinogradCase(height: 9, width: 9, channels: 1, filters: 1, padding: [0, 0, 0, -1]).convolution
        == nil)
  }

  @Test("where it is faster")
  func suits() throws {
    func passes(_ sizes: WinogradCase) throws -> [Bool] {
      let convolution = try #require(sizes.convolution)
      return WinogradConvolution.Pass.allCases.map { convolution.suits($0, .float32) }
    }
    let yes = [true, true, true], no = [false, false, false]
    for (side, channels) in [(32, 16), (28, 32), (16, 32), (14, 64), (8, 64), (7, 128)] {
      let sizes = WinogradCase(
        batch: 32, height: side, width: side, channels: channels, filters: channels)
      let suited = try passes(sizes)
      #expect(suited == yes, "\(sizes.testDescription)")
    }
    // Few channels, tiles that are mostly padding, too few tiles for the transforms of the weights.
    for sizes in [
      WinogradCase(batch: 32, height: 28, width: 28, channels: 1, filters: 8),
      WinogradCase(batch: 32, height: 2, width: 2, channels: 64, filters: 64),
      WinogradCase(batch: 1, height: 8, width: 8, channels: 256, filters: 256),
    ] {
      let suited = try passes(sizes)
      #expect(suited == no, "\(sizes.testDescription)")
    }
  }
}
