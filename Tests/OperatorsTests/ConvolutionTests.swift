import Operators
import Tensors
import TestSupport
import Testing

/// A convolution's sizes in words.
struct ConvolutionCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let sizes: ConvolutionSizes

  init(
    _ name: String, batch: Int = 2, _ vertical: WindowAxis, _ horizontal: WindowAxis? = nil,
    channels: Int, filters: Int, groups: Int = 1
  ) {
    testDescription = name
    sizes = ConvolutionSizes(
      batch: batch, vertical: vertical, horizontal: horizontal ?? vertical, channels: channels,
      filters: filters, groups: groups)
  }

  /// Every option alone and some together, channels that fill vectors and that do not.
  static let all: [ConvolutionCase] = [
    ConvolutionCase("1x1", WindowAxis(input: 5, window: 1), channels: 3, filters: 4),
    ConvolutionCase(
      "one pixel", batch: 1, WindowAxis(input: 1, window: 1), channels: 1, filters: 1),
    ConvolutionCase(
      "3x3 same", WindowAxis(input: 7, window: 3, before: 1, after: 1), channels: 16, filters: 32),
    ConvolutionCase(
      "3x3 same of one channel", batch: 5, WindowAxis(input: 9, window: 3, before: 1, after: 1),
      channels: 1, filters: 32),
    ConvolutionCase(
      "3x3 same of three channels", WindowAxis(input: 8, window: 3, before: 1, after: 1),
      channels: 3, filters: 16),
    ConvolutionCase(
      "odd channels", WindowAxis(input: 6, window: 3, before: 1, after: 1), channels: 17,
      filters: 5),
    ConvolutionCase(
      "strided 1x1 of one channel", batch: 6, WindowAxis(input: 10, window: 1),
      WindowAxis(input: 12, window: 1, stride: 2), channels: 1, filters: 3),
    ConvolutionCase(
      "strided 1x1 of 17 channels", batch: 3, WindowAxis(input: 9, window: 1, stride: 2),
      channels: 17, filters: 20),
    ConvolutionCase(
      "strided 1x1 of 24 channels", batch: 3, WindowAxis(input: 8, window: 1, stride: 2),
      channels: 24, filters: 33),
    ConvolutionCase(
      "strided 1x1 of 40 channels", batch: 2, WindowAxis(input: 7, window: 1, stride: 3),
      channels: 40, filters: 16),
    ConvolutionCase("5x5 valid", WindowAxis(input: 9, window: 5), channels: 2, filters: 6),
    ConvolutionCase(
      "stride that leaves a rest", WindowAxis(input: 8, window: 3, stride: 2), channels: 4,
      filters: 8),
    ConvolutionCase(
      "stride larger than the window", WindowAxis(input: 11, window: 2, stride: 4), channels: 3,
      filters: 3),
    ConvolutionCase(
      "unequal padding", WindowAxis(input: 6, window: 4, stride: 2, before: 1, after: 2),
      WindowAxis(input: 7, window: 2, before: 0, after: 1), channels: 4, filters: 4),
    ConvolutionCase(
      "7x7 stride 2", WindowAxis(input: 20, window: 7, stride: 2, before: 3, after: 3),
      channels: 3, filters: 16),
    ConvolutionCase(
      "dilation", WindowAxis(input: 11, window: 3, dilation: 2, before: 2, after: 2), channels: 2,
      filters: 6),
    ConvolutionCase(
      "dilation and stride", WindowAxis(input: 13, window: 3, stride: 2, dilation: 3, before: 1),
      WindowAxis(input: 12, window: 2, stride: 3, dilation: 2), channels: 5, filters: 7),
    ConvolutionCase(
      "groups", WindowAxis(input: 6, window: 3, before: 1, after: 1), channels: 6, filters: 9,
      groups: 3),
    ConvolutionCase(
      "depthwise", WindowAxis(input: 6, window: 3, before: 1, after: 1), channels: 8, filters: 8,
      groups: 8),
    ConvolutionCase(
      "depthwise of 32, stride 2", WindowAxis(input: 9, window: 3, stride: 2, before: 1, after: 1),
      channels: 32, filters: 32, groups: 32),
    ConvolutionCase(
      "depthwise, two filters a channel", WindowAxis(input: 5, window: 3), channels: 4, filters: 8,
      groups: 4),
    ConvolutionCase(
      "rectangular", WindowAxis(input: 5, window: 1), WindowAxis(input: 9, window: 5, before: 2),
      channels: 3, filters: 4),
    ConvolutionCase(
      "a causal sequence", WindowAxis(input: 1, window: 1),
      WindowAxis(input: 12, window: 3, dilation: 2, before: 4), channels: 3, filters: 5),
    ConvolutionCase(
      "padding beyond the window's reach", WindowAxis(input: 2, window: 2, before: 3, after: 3),
      channels: 2, filters: 3),
  ]
}

@Suite("Convolutions")
struct ConvolutionTests {
  /// Random numbers, in float32 rounded to the element type, so that references see what kernels see.
  private func numbers(_ count: Int, tag: UInt32, _ type: ElementType) -> [Float] {
    let stream = RandomStream(seed: 3, purpose: .noise)
    return (0..<count).map {
      let number = 2 * RandomStream.unit(stream.words(UInt32($0), tag).0) - 1
      return type == .float32 ? number : Float(bitPattern: number.bitPattern & 0xFFFF_0000)
    }
  }

  /// An operand in the element type.
  private func tensor(_ values: [Float], _ type: ElementType) -> (ElementView, FloatStorage) {
    let source = FloatStorage(count: values.count)
    source.view.copy(from: values)
    let storage = FloatStorage(count: type.floatCount(of: values.count))
    let view = ElementView(storage.view, count: values.count, type: type)
    withExtendedLifetime(source) { Elementwise.convert(ElementView(source.view), into: view) }
    return (view, storage)
  }

  private func values(_ view: ElementView) -> [Float] {
    let storage = FloatStorage(count: view.count)
    Elementwise.convert(view, into: ElementView(storage.view))
    return withExtendedLifetime(storage) { storage.view.array }
  }

  private func check(_ sizes: ConvolutionSizes, _ type: ElementType, hasBias: Bool) throws {
    let input = numbers(sizes.inputCount, tag: 1, type)
    let weight = numbers(sizes.weightCount, tag: 2, type)
    let bias = numbers(sizes.filters, tag: 3, .float32)
    let gradient = numbers(sizes.outputCount, tag: 4, type)
    let reference = ConvolutionReference(
      sizes: sizes, input: input.map(Double.init), weight: weight.map(Double.init),
      bias: hasBias ? bias.map(Double.init) : nil, gradient: gradient.map(Double.init))
    let convolution = try Convolution(
      sizes, type: type, hasBias: hasBias, isTraining: true, needsInputGradient: true,
      stream: ComputeStream())
    let (inputView, inputStorage) = tensor(input, type)
    let (weightView, weightStorage) = tensor(weight, .float32)
    let (biasView, biasStorage) = tensor(bias, .float32)
    let (gradientView, gradientStorage) = tensor(gradient, type)
    let garbage = [Float](repeating: .nan, count: max(sizes.inputCount, sizes.outputCount))
    let (output, outputStorage) = tensor(Array(garbage.prefix(sizes.outputCount)), type)
    let (toInput, toInputStorage) = tensor(Array(garbage.prefix(sizes.inputCount)), type)
    let toWeight = FloatStorage(count: sizes.weightCount)
    toWeight.view.fill(with: .nan)
    let scratch = FloatStorage(count: convolution.scratchCount)
    withExtendedLifetime(
      (
        inputStorage, weightStorage, biasStorage, gradientStorage, outputStorage, toInputStorage,
        toWeight, scratch
      )
    ) {
      convolution.forward(
        inputView, weight: weightView.floats, bias: hasBias ? biasView.floats : nil, into: output,
        scratch: scratch.view)
      convolution.backward(
        toInput: gradientView, weight: weightView.floats, into: toInput, scratch: scratch.view)
      convolution.backward(
        toWeight: gradientView, input: inputView, into: toWeight.view, scratch: scratch.view)
      // A bfloat16 result is rounded once, to 8 bits.
      let relative: Float = type == .float32 ? 1e-5 : 0x1p-8
      expectClose(
        values(output), reference.output.map(Float.init), relative: relative, absolute: 2e-5)
      expectClose(
        values(toInput), reference.inputGradient.map(Float.init), relative: relative,
        absolute: 2e-5)
      expectClose(
        toWeight.view.array, reference.weightGradient.map(Float.init), relative: 1e-5,
        absolute: 1e-4)
    }
  }

  @Test("equal nested loops in double precision", arguments: ConvolutionCase.all, [true, false])
  func reference(example: ConvolutionCase, hasBias: Bool) throws {
    try check(example.sizes, .float32, hasBias: hasBias)
  }

  @Test(
    "equal them in bfloat16 up to its rounding",
    .enabled(if: ComputeStream.bfloat16Support != .none), arguments: ConvolutionCase.all)
  func bfloat16(example: ConvolutionCase) throws {
    try check(example.sizes, .bfloat16, hasBias: true)
  }

  @Test("pass a NaN on")
  func notANumber() throws {
    let sizes = ConvolutionSizes(
      batch: 1, vertical: WindowAxis(input: 6, window: 3, before: 1, after: 1),
      horizontal: WindowAxis(input: 6, window: 3, before: 1, after: 1), channels: 16, filters: 16)
    var input = numbers(sizes.inputCount, tag: 1, .float32)
    input[(2 * 6 + 3) * 16 + 5] = .nan
    let convolution = try Convolution(
      sizes, hasBias: false, isTraining: false, needsInputGradient: false, stream: ComputeStream())
    let (inputView, inputStorage) = tensor(input, .float32)
    let (weight, weightStorage) = tensor(numbers(sizes.weightCount, tag: 2, .float32), .float32)
    let output = FloatStorage(count: sizes.outputCount)
    let scratch = FloatStorage(count: convolution.scratchCount)
    withExtendedLifetime((inputStorage, weightStorage, output, scratch)) {
      convolution.forward(
        inputView, weight: weight.floats, bias: nil, into: ElementView(output.view),
        scratch: scratch.view)
      for place in 0..<36 {
        let isNear = abs(place / 6 - 2) <= 1 && abs(place % 6 - 3) <= 1
        // Winograd's tiles spread it further; nothing may hide it.
        if isNear { #expect(output.view[place * 16].isNaN, "at \(place)") }
      }
    }
  }

  @Test("run no slow reference implementation where networks of the field need them")
  func implementations() throws {
    for (channels, filters, window, stride) in [(1, 32, 3, 1), (3, 64, 7, 2), (64, 64, 3, 1)] {
      let axis = WindowAxis(
        input: 28, window: window, stride: stride, before: window / 2, after: window / 2)
      let convolution = try Convolution(
        ConvolutionSizes(
          batch: 4, vertical: axis, horizontal: axis, channels: channels, filters: filters),
        hasBias: true, isTraining: true, needsInputGradient: true, stream: ComputeStream())
      #expect(convolution.implementations.count == 3)
      #expect(!convolution.implementations.contains { $0.hasPrefix("ref") })
    }
  }

  @Test("keep away from implementations that are wrong")
  func overrun() throws {
    let types: [ElementType] =
      ComputeStream.bfloat16Support == .none ? [.float32] : [.float32, .bfloat16]
    for (channels, filters, stride, input) in [(1, 3, 2, 12), (3, 8, 3, 9), (12, 16, 2, 8)] {
      for type in types {
        let axis = WindowAxis(input: input, window: 1, stride: stride)
        let convolution = try Convolution(
          ConvolutionSizes(
            batch: 6, vertical: axis, horizontal: axis, channels: channels, filters: filters),
          type: type, hasBias: false, isTraining: true, needsInputGradient: true,
          stream: ComputeStream())
        for backward in convolution.implementations.dropFirst() {
          #expect(!backward.contains("1x1") && !backward.contains("ref"), "\(backward)")
        }
      }
    }
  }

  @Test("compute the length of the output as PyTorch does")
  func windows() {
    #expect(WindowAxis(input: 7, window: 3).output == 5)
    #expect(WindowAxis(input: 8, window: 3, stride: 2).output == 3)
    #expect(WindowAxis(input: 8, window: 3, stride: 2, dilation: 3).output == 1)
    #expect(WindowAxis(input: 2, window: 3).output == 0)
    #expect(WindowAxis(input: 224, window: 7, stride: 2, before: 3, after: 3).output == 112)
  }
}
