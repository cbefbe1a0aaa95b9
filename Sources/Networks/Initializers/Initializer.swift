internal import Options
internal import Tensors

#if canImport(Glibc)
  internal import Glibc
#endif

/// How a parameter starts.
///
/// References: "Understanding the difficulty of training deep feedforward neural networks", Glorot
/// and Bengio, 2010 (xavier); "Delving Deep into Rectifiers", He et al., 2015 (he); "Efficient
/// BackProp", LeCun et al., 1998 (lecun).
public enum Initializer: Sendable, Equatable {
  /// All elements the same.
  case constant(Float)
  /// The given elements, one for each of the tensor.
  case values([Float])
  /// Uniform between two bounds.
  case uniform(Float, Float)
  /// Normal with a mean and a standard deviation.
  case normal(mean: Float, standardDeviation: Float)
  /// Uniform within ±sqrt(6 / (fan in + fan out)).
  case xavierUniform
  /// Normal with variance 2 / (fan in + fan out).
  case xavierNormal
  /// Uniform within ±sqrt(6 / fan in).
  case heUniform
  /// Normal with variance 2 / fan in.
  case heNormal
  /// Normal with variance 1 / fan in.
  case lecunNormal

  /// All zeros.
  public static let zeros = Initializer.constant(0)
  /// All ones.
  public static let ones = Initializer.constant(1)

  /// Writes the initial values of a tensor: a function of the stream, the tensor's name and the
  /// element's index alone, so that adding a layer changes no other layer's start.
  ///
  /// - Parameters:
  ///   - view: the tensor.
  ///   - fanIn: values that feed one output.
  ///   - fanOut: outputs that one value feeds.
  ///   - name: the tensor's full name.
  ///   - stream: the run's stream for initial values.
  func fill(_ view: FloatView, fanIn: Int, fanOut: Int, name: String, stream: RandomStream) {
    let fanSum = Float(fanIn + fanOut)
    switch self {
    case .constant(let value): view.fill(with: value)
    case .values(let values): view.copy(from: values)
    case .uniform(let low, let high): fillUniform(view, low, high, name, stream)
    case .normal(let mean, let deviation): fillNormal(view, mean, deviation, name, stream)
    case .xavierUniform:
      let bound = (6 / fanSum).squareRoot()
      fillUniform(view, -bound, bound, name, stream)
    case .xavierNormal: fillNormal(view, 0, (2 / fanSum).squareRoot(), name, stream)
    case .heUniform:
      let bound = (6 / Float(fanIn)).squareRoot()
      fillUniform(view, -bound, bound, name, stream)
    case .heNormal: fillNormal(view, 0, (2 / Float(fanIn)).squareRoot(), name, stream)
    case .lecunNormal: fillNormal(view, 0, (1 / Float(fanIn)).squareRoot(), name, stream)
    }
  }

  private func fillUniform(
    _ view: FloatView, _ low: Float, _ high: Float, _ name: String, _ stream: RandomStream
  ) {
    forEachQuad(of: view, name: name, stream: stream) { words in
      let width = high - low
      return (
        low + width * RandomStream.unit(words.0), low + width * RandomStream.unit(words.1),
        low + width * RandomStream.unit(words.2), low + width * RandomStream.unit(words.3)
      )
    }
  }

  /// Box and Muller's transform: two normal numbers of two uniform ones.
  private func fillNormal(
    _ view: FloatView, _ mean: Float, _ deviation: Float, _ name: String, _ stream: RandomStream
  ) {
    func pair(_ first: UInt32, _ second: UInt32) -> (Float, Float) {
      // The first uniform number lies in (0, 1], so that its logarithm is finite.
      let radius = (-2 * log((Double(first) + 1) * 0x1p-32)).squareRoot()
      let angle = 2 * Double.pi * Double(second) * 0x1p-32
      return (
        mean + deviation * Float(radius * cos(angle)), mean + deviation * Float(radius * sin(angle))
      )
    }
    forEachQuad(of: view, name: name, stream: stream) { words in
      let (a, b) = pair(words.0, words.1)
      let (c, d) = pair(words.2, words.3)
      return (a, b, c, d)
    }
  }

  private func forEachQuad(
    of view: FloatView, name: String, stream: RandomStream,
    _ make: ((UInt32, UInt32, UInt32, UInt32)) -> (Float, Float, Float, Float)
  ) {
    let hash = NameHash.fnv1a(name)
    let (low, high) = (UInt32(truncatingIfNeeded: hash), UInt32(truncatingIfNeeded: hash >> 32))
    for start in stride(from: 0, to: view.count, by: 4) {
      let values = make(stream.words(UInt32(truncatingIfNeeded: start / 4), low, high))
      view[start] = values.0
      if start + 1 < view.count { view[start + 1] = values.1 }
      if start + 2 < view.count { view[start + 2] = values.2 }
      if start + 3 < view.count { view[start + 3] = values.3 }
    }
  }
}

/// Numbers made of names, to count random numbers by.
enum NameHash {
  /// FNV-1a over the name's UTF-8, 64 bits.
  static func fnv1a(_ name: String) -> UInt64 {
    name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
