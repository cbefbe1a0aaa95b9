import Operators
import Tensors
import Testing

struct WinogradTests {
  /// The inputs of a case, and what the definition makes of them.
  private func data(
    _ sizes: WinogradCase, _ convolution: WinogradConvolution, shift: Float = 0
  ) -> (x: [Float], weight: [Float], bias: [Float], dy: [Float]) {
    (
      winogradNumbers(convolution.inputCount, seed: 1, shift: shift),
      winogradNumbers(convolution.weightCount, seed: 2), winogradNumbers(sizes.filters, seed: 3),
      winogradNumbers(convolution.outputCount, seed: 4)
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
    let results = WinogradResults(convolution, x: x, weight: weight, bias: bias1, dy: dy)
    #expect(largestError(results.output, expected.output) < 4e-6)
    #expect(largestError(results.inputGradient, expected.inputGradient) < 4e-6)
    #expect(largestError(results.weightGradient, expected.weightGradient) < 1e-5)
    if bias1 != nil { #expect(largestError(results.biasGradient, expected.biasGradient) < 2e-6) }
  }

  @Test("the error stays small over many channels")
  func manyChannels() throws {
    let sizes = WinogradCase(height: 8, width: 8, channels: 512, filters: 16)
    let convolution = try #require(sizes.convolution)
    let (x, weight, bias, dy) = data(sizes, convolution)
    let expected = DirectConvolution(sizes, x: x, weight: weight, bias: bias, dy: dy)
    let results = WinogradResults(convolution, x: x, weight: weight, bias: bias, dy: dy)
    #expect(largestError(results.output, expected.output) < 1e-5)
    #expect(largestError(results.inputGradient, expected.inputGradient) < 1e-5)
    #expect(largestError(results.weightGradient, expected.weightGradient) < 1e-5)
  }

  @Test("a convolution by hand")
  func byHand() throws {
    // One output, one weight that is not 0: it picks the input's middle row, last column.
    let convolution = try #require(
      WinogradCase(height: 3, width: 3, channels: 1, filters: 1, padding: [0, 0, 0, 0]).convolution)
    let results = WinogradResults(
      convolution, x: [1, 2, 3, 4, 5, 6, 7, 8, 9], weight: [0, 0, 0, 0, 0, 2, 0, 0, 0], bias: [10],
      dy: [3])
    #expect(largestError(results.output, [22]) < 1e-6)
    #expect(largestError(results.inputGradient, [0, 0, 0, 0, 0, 6, 0, 0, 0]) < 1e-6)
    #expect(largestError(results.weightGradient, [3, 6, 9, 12, 15, 18, 21, 24, 27]) < 1e-6)
    #expect(results.biasGradient == [3])
  }

  @Test(
    "bfloat16 images are computed with in float32 and rounded once", arguments: WinogradCase.some)
  func bfloat16(sizes: WinogradCase) throws {
    let convolution = try #require(sizes.convolution)
    var (x, weight, bias, dy) = data(sizes, convolution)
    x = TestElements(x, .bfloat16).floats
    dy = TestElements(dy, .bfloat16).floats
    let wide = WinogradResults(convolution, x: x, weight: weight, bias: bias, dy: dy)
    let narrow = WinogradResults(
      convolution, x: x, weight: weight, bias: bias, dy: dy, type: .bfloat16)
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
    let all = WinogradResults(convolution, x: x, weight: weight, bias: bias, dy: dy)
    for image in 0..<5 {
      let input = (image * single.inputCount)..<((image + 1) * single.inputCount)
      let output = (image * single.outputCount)..<((image + 1) * single.outputCount)
      let result = WinogradResults(
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
      let results = WinogradResults(convolution, x: x, weight: weight, bias: bias, dy: dy)
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
    let results = WinogradResults(convolution, x: x, weight: weight, bias: bias, dy: dy)
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
    let results = WinogradResults(
      convolution, x: x, weight: weight, bias: bias, dy: dy, type: .bfloat16)
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
    // A pass may suit where another does not.
    let narrow = try passes(
      WinogradCase(batch: 32, height: 32, width: 32, channels: 16, filters: 8))
    #expect(narrow == [true, false, true])
    // Few channels, tiles that are mostly padding, too few tiles for the transforms of the weights.
    for sizes in [
      WinogradCase(batch: 32, height: 28, width: 28, channels: 1, filters: 8),
      WinogradCase(batch: 32, height: 2, width: 2, channels: 64, filters: 64),
      WinogradCase(batch: 1, height: 8, width: 8, channels: 256, filters: 256),
      WinogradCase(batch: 8, height: 7, width: 7, channels: 512, filters: 512),
    ] {
      let suited = try passes(sizes)
      #expect(suited == no, "\(sizes.testDescription)")
    }
  }
}
