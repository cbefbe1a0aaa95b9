import Operators
import Tensors
import TestSupport
import Testing

@Suite("Batch normalization of views")
struct BatchNormFunctionTests {
  @Test("normalizes, adds, rectifies and gives all gradients", arguments: ElementType.allCases)
  func training(type: ElementType) {
    let storage = FloatStorage(count: 1_024)
    withExtendedLifetime(storage) {
      var used = 0
      func floats(_ values: [Float]) -> FloatView {
        defer { used += 16 }
        let view = storage.view[used..<(used + values.count)]
        view.copy(from: values)
        return view
      }
      func elements(_ values: [Float]) -> ElementView {
        let room = floats(values)
        let view = ElementView(floats(values), count: values.count, type: type)
        Elementwise.convert(ElementView(room), into: view)
        return view
      }
      func values(_ view: ElementView) -> [Float] {
        let room = floats([Float](repeating: .nan, count: view.count))
        Elementwise.convert(view, into: ElementView(room))
        return room.array
      }
      // Two channels: 1, 1, 5, 5 and 0, 2, 0, 2.
      let input = elements([1, 0, 1, 2, 5, 0, 5, 2])
      let addend = elements([0, 1, 0, -3, 0, 1, 0, 0])
      let output = elements([0, 0, 0, 0, 0, 0, 0, 0])
      let (mean, factor) = (floats([0, 0]), floats([0, 0]))
      let (variance, weight, bias) = (floats([0, 0]), floats([2, 1]), floats([0.5, 1]))
      BatchNormFunction.writeStatistics(
        of: input, epsilon: 1e-9, mean: mean, factor: factor, unbiasedVariance: variance)
      expectClose(mean.array, [3, 1])
      expectClose(factor.array, [0.5, 1])
      expectClose(variance.array, [16 / 3, 4 / 3])
      BatchNormFunction.apply(
        input, adding: addend, rectify: true, mean: mean, factor: factor, weight: weight,
        bias: bias, into: output)
      #expect(values(output) == [0, 1, 0, 0, 2.5, 1, 2.5, 2])
      let gradient = elements([1, 1, 1, 1, 4, 1, 0, 1])
      let addendGradient = elements([0, 0, 0, 0, 0, 0, 0, 0])
      let (weightGradient, biasGradient) = (floats([0, 0]), floats([0, 0]))
      BatchNormFunction.backward(
        input: input, rectifiedOutput: output, mean: mean, factor: factor, weight: weight,
        gradient: gradient, into: gradient, addendGradient: addendGradient,
        weightGradient: weightGradient, biasGradient: biasGradient)
      #expect(values(addendGradient) == [0, 1, 0, 0, 4, 1, 0, 1])
      #expect(weightGradient.array == [4, -1] && biasGradient.array == [4, 3])
      expectClose(values(gradient), [0, 0, 0, -0.5, 2, 0, -2, 0.5])
    }
  }

  @Test("takes running statistics in inference")
  func inference() {
    let storage = FloatStorage(count: 64)
    withExtendedLifetime(storage) {
      let factor = storage.view[0..<1], ones = storage.view[16..<17], mean = storage.view[32..<33]
      let values = storage.view[48..<51]
      ones.fill(with: 1)
      mean.fill(with: 3)
      BatchNormFunction.writeFactors(ofVariance: ones, epsilon: 3, into: factor)
      values.copy(from: [1, 3, 7])
      BatchNormFunction.apply(
        ElementView(values), mean: mean, factor: factor, weight: ones, bias: ones,
        into: ElementView(values))
      #expect(values.array == [0, 1, 3])
    }
  }
}
