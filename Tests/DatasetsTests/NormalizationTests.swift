import Tensors
import Testing

@testable import Datasets

@Suite struct NormalizationTests {
  @Test("standardize has mean 0 and deviation 1, hand-sized")
  func standardize() {
    // Columns 1, 3 (mean 2, deviation 1) and -4, 4 (mean 0, deviation 4).
    let data = Dataset(features: [1, -4, 3, 4], sampleShape: [2], targets: [0, 0])
    let fitted = Normalization.fitted(.standardize, to: data)
    #expect(fitted.scale == [1, 0.25])
    #expect(fitted.shift == [-2, 0])
    #expect(data.normalized(by: fitted).allSamples == [-1, -1, 1, 1])
  }

  @Test("min_max goes from 0 to 1, hand-sized")
  func minMax() {
    let data = Dataset(features: [1, -4, 3, 4, 2, 0], sampleShape: [2], targets: [0, 0, 0])
    let fitted = Normalization.fitted(.minMax, to: data)
    #expect(data.normalized(by: fitted).allSamples == [0, 0, 1, 1, 0.5, 0.5])
  }

  @Test("a column of one value becomes 0 and is noted", arguments: [false, true])
  func constantColumn(asBytes: Bool) {
    let data =
      asBytes
      ? Dataset(bytes: [7, 1, 7, 3], sampleShape: [2], targets: [0, 0])
      : Dataset(features: [7, 1, 7, 3], sampleShape: [2], targets: [0, 0])
    for kind in [Normalization.Kind.standardize, .minMax] {
      let fitted = Normalization.fitted(kind, to: data)
      #expect(fitted.constantColumns == [0])
      #expect(fitted.scale[0] == 1)
      #expect(data.normalized(by: fitted).allSamples.first == 0)
    }
  }

  @Test("channels are rescaled apart, in bytes and floats alike", arguments: [1, 3])
  func channels(channels: Int) {
    let shape: Shape = [5, 7, channels]
    let bytes = (0..<(4 * shape.count)).map { UInt8(truncatingIfNeeded: $0 * 89 + $0 / 7) }
    let targets: [Float] = [0, 1, 2, 3]
    let images = Dataset(bytes: bytes, sampleShape: shape, targets: targets)
    let floats = Dataset(features: bytes.map { Float($0) }, sampleShape: shape, targets: targets)
    for kind in Normalization.Kind.allCases {
      let fitted = Normalization.fitted(kind, to: images)
      #expect(fitted.scale.count == (kind == .none ? 0 : channels))
      let other = Normalization.fitted(kind, to: floats)
      for (a, b) in zip(fitted.scale + fitted.shift, other.scale + other.shift) {
        // Exact sums against sums in order: a few units in the last place of a float.
        #expect(abs(a - b) <= 4 * a.ulp)
      }
      #expect(
        images.normalized(by: fitted).allSamples == floats.normalized(by: fitted).allSamples)
      for (index, sample) in images.normalized(by: fitted).allSamples.enumerated() {
        let scale = kind == .none ? 1 : fitted.scale[index % channels]
        let shift = kind == .none ? 0 : fitted.shift[index % channels]
        let exact = Double(bytes[index]) * Double(scale) + Double(shift)
        // One rounding each of the product and the sum, or one of both together.
        #expect(abs(Double(sample) - exact) <= 1e-6 * (1 + abs(Double(shift))))
      }
    }
  }

  @Test("large images are summed exactly")
  func largeImages() {
    let shape: Shape = [300, 300, 1]
    let data = Dataset(
      bytes: [UInt8](repeating: 255, count: 90_000) + [UInt8](repeating: 253, count: 90_000),
      sampleShape: shape, targets: [0, 1])
    let statistics = data.columnStatistics()
    #expect(
      statistics
        == [ColumnStatistics(mean: 254, standardDeviation: 1, minimum: 253, maximum: 255)])
  }

  @Test("figures come from the samples shown only")
  func subset() {
    let data = Dataset(features: [1, 100, 3, 50], sampleShape: [1], targets: [0, 0, 0, 0])
    let fitted = Normalization.fitted(.standardize, to: data.subset([0, 2]))
    #expect(fitted.scale == [1])
    #expect(fitted.shift == [-2])
  }

  @Test("a large offset does not shift the mean")
  func largeOffset() {
    let values = (0..<100).map { 2_000 + Float($0 % 10) * 0.125 }
    let data = Dataset(
      features: values, sampleShape: [1], targets: [Float](repeating: 0, count: 100))
    let samples = data.normalized(by: .fitted(.standardize, to: data)).allSamples
    let mean = samples.reduce(0) { $0 + Double($1) } / 100
    #expect(abs(mean) < 1e-3)
  }

  @Test("stored arrays restore the same rescaling, wrong ones are refused")
  func storage() throws {
    let data = Dataset(features: [1, -4, 3, 4], sampleShape: [2], targets: [0, 0])
    for kind in Normalization.Kind.allCases {
      let fitted = Normalization.fitted(kind, to: data)
      #expect(try Normalization(kind: kind, arrays: fitted.arrays) == fitted)
    }
    let error = try datasetError {
      _ = try Normalization(kind: .minMax, arrays: ["scale": [1, 2], "shift": [1]])
    }
    #expect(
      error.message == "expected `scale` and `shift` of one size for the normalization `min_max`, "
        + "found scale [2], shift [1]")
  }
}
