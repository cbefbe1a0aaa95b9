internal import Glibc
internal import Tensors

extension SyntheticSamples {
  /// Draws the samples: four standard normal features from each counter (block, sample), the label
  /// from a counter of its own.
  func draw(seed runSeed: UInt64) -> Dataset {
    let stream = RandomStream(seed: seed ?? runSeed, purpose: .synthetic)
    let size = shape.count
    let targets = (0..<UInt32(samples)).map { sample in
      Float((UInt64(stream.words(0, sample, 1).0) * UInt64(classes)) >> 32)
    }
    var features = [Float](repeating: 0, count: samples * size)
    for sample in 0..<samples {
      for block in 0..<((size + 3) / 4) {
        let words = stream.words(UInt32(block), UInt32(sample))
        let (a, b) = Self.normals(words.0, words.1)
        let (c, d) = Self.normals(words.2, words.3)
        let start = block * 4
        for (offset, value) in [a, b, c, d].prefix(size - start).enumerated() {
          features[sample * size + start + offset] = value
        }
      }
    }
    return Dataset(
      features: .floats(features), sampleShape: shape, targets: targets,
      classNames: (0..<classes).map(String.init), columnNames: nil)
  }

  /// Two independent standard normal numbers from two random words (Box and Muller, *A Note on the
  /// Generation of Random Normal Deviates*, 1958).
  private static func normals(_ first: UInt32, _ second: UInt32) -> (Float, Float) {
    // Half a step above the grid, so that the logarithm is finite.
    let radius = (-2 * logf(RandomStream.unit(first) + 0x1p-25)).squareRoot()
    let angle = 2 * Float.pi * RandomStream.unit(second)
    return (radius * cosf(angle), radius * sinf(angle))
  }
}
