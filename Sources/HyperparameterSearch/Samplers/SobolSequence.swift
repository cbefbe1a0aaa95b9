internal import Tensors

/// Points that fill the unit cube more evenly than random ones do: of the first 2ⁿ points each half, quarter, … of
/// each axis holds equally many.
///
/// *Distribution of points in a cube and approximate evaluation of integrals*, Sobol, 1967; with the direction numbers
/// of ``SobolDirections``. Point i is reached without those before it.
struct SobolSequence {
  /// The dimensions that there are numbers for.
  static let dimensionLimit = SobolDirections.table.count + 1

  /// By dimension, what each bit of an index turns over in its coordinate.
  private let directions: [[UInt32]]

  /// The sequence in a cube of so many dimensions.
  init(dimensions: Int) {
    precondition(
      dimensions <= Self.dimensionLimit, "a Sobol sequence of \(dimensions) dimensions")
    directions = (0..<dimensions).map(Self.directions)
  }

  /// The coordinates of a point as 32-bit fractions, in the order of the Gray code.
  subscript(index: Int) -> [UInt32] {
    let code = UInt32(index) ^ UInt32(index) >> 1
    return directions.map { directions in
      var coordinate: UInt32 = 0
      for (bit, direction) in directions.enumerated() where code >> bit & 1 == 1 {
        coordinate ^= direction
      }
      return coordinate
    }
  }

  private static func directions(ofDimension dimension: Int) -> [UInt32] {
    // Van der Corput's sequence: the bits of the index, mirrored.
    if dimension == 0 { return (0..<32).map { 1 << (31 - $0) } }
    let (polynomial, initial) = SobolDirections.table[dimension - 1]
    let degree = initial.count
    var directions = initial.enumerated().map { $1 << (31 - $0) }
    for bit in degree..<32 {
      var direction = directions[bit - degree] ^ directions[bit - degree] >> degree
      for term in 1..<degree where polynomial >> (degree - term) & 1 == 1 {
        direction ^= directions[bit - term]
      }
      directions.append(direction)
    }
    return directions
  }
}

/// Turns over the bits of coordinates at random, and keeps how evenly they lie.
///
/// Whether a bit is turned over depends on all bits above it, so that each half of each interval is exchanged with the
/// other by itself. *Randomly permuted (t,m,s)-nets and (t,s)-sequences*, Owen, 1995.
struct OwenScrambling {
  private let stream: RandomStream

  /// Tells its numbers from those of ``SearchDraws``.
  private static let series: UInt32 = 1

  /// The scrambling of a study's seed.
  init(seed: UInt64) {
    stream = RandomStream(seed: seed, purpose: .search)
  }

  /// A coordinate as a number of at least 0 and below 1.
  ///
  /// - Parameters:
  ///   - coordinate: a 32-bit fraction.
  ///   - dimension: its dimension; each is scrambled by itself.
  /// - Returns: the number.
  func unit(_ coordinate: UInt32, dimension: Int) -> Double {
    var scrambled = coordinate
    for bit in 0..<32 {
      let above = bit == 0 ? 0 : coordinate >> (32 - bit)
      let flip = stream.words(above, UInt32(dimension), UInt32(bit), Self.series).0 & 1
      scrambled ^= flip << (31 - bit)
    }
    return Double(scrambled) * 0x1p-32
  }
}
