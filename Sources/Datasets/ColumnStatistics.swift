internal import Tensors

/// What a normalization needs to know of one column or channel.
struct ColumnStatistics: Equatable {
  /// The mean.
  var mean: Double
  /// The standard deviation of the population.
  var standardDeviation: Double
  /// The smallest value.
  var minimum: Double
  /// The largest value.
  var maximum: Double
}

extension Dataset {
  /// The statistics of each index of the samples' last axis over all samples of this dataset.
  func columnStatistics() -> [ColumnStatistics] {
    switch features {
    case .bytes(let bytes): byteStatistics(bytes)
    case .floats(let floats): floatStatistics(floats)
    }
  }

  /// The smallest and the largest number that batches hold.
  ///
  /// - Complexity: O(elements).
  public var rescaledRange: ClosedRange<Float> {
    var (low, high) = (Float.infinity, -Float.infinity)
    for (column, statistics) in columnStatistics().enumerated() {
      let scale = normalization.isIdentity ? 1 : normalization.scale[column]
      let shift = normalization.isIdentity ? 0 : normalization.shift[column]
      low = min(low, Float(statistics.minimum) * scale + shift)
      high = max(high, Float(statistics.maximum) * scale + shift)
    }
    return low...max(low, high)
  }

  /// The size of the last axis.
  var columnCount: Int { sampleShape.dimensions.last ?? 1 }

  /// Sums of bytes and of their squares are whole numbers, so they are exact in any order.
  private func byteStatistics(_ bytes: [UInt8]) -> [ColumnStatistics] {
    let columns = columnCount
    var sums = [ByteSums](repeating: ByteSums(), count: columns)
    for position in 0..<count {
      let sample = elements(at: position)
      if columns == 1 {
        sums[0].add(bytes, sample)
      } else {
        for row in stride(from: sample.lowerBound, to: sample.upperBound, by: columns) {
          for column in 0..<columns { sums[column].add(bytes[row + column]) }
        }
      }
    }
    return sums.map { $0.statistics(count: count * sampleSize / columns) }
  }

  private func floatStatistics(_ floats: [Float]) -> [ColumnStatistics] {
    let columns = columnCount
    let perColumn = Double(count * sampleSize / columns)
    var means = [Double](repeating: 0, count: columns)
    var minima = [Float](repeating: .infinity, count: columns)
    var maxima = [Float](repeating: -.infinity, count: columns)
    forEachRow { row in
      for column in 0..<columns {
        let value = floats[row + column]
        means[column] += Double(value)
        minima[column] = min(minima[column], value)
        maxima[column] = max(maxima[column], value)
      }
    }
    for column in 0..<columns { means[column] /= perColumn }
    var squares = [Double](repeating: 0, count: columns)
    forEachRow { row in
      for column in 0..<columns {
        let difference = Double(floats[row + column]) - means[column]
        squares[column] += difference * difference
      }
    }
    return (0..<columns).map { column in
      ColumnStatistics(
        mean: means[column], standardDeviation: (squares[column] / perColumn).squareRoot(),
        minimum: Double(minima[column]), maximum: Double(maxima[column]))
    }
  }

  /// Calls a function with the first element of each row of columns, in the order of the samples.
  private func forEachRow(_ body: (Int) -> Void) {
    for position in 0..<count {
      let sample = elements(at: position)
      for row in stride(from: sample.lowerBound, to: sample.upperBound, by: columnCount) {
        body(row)
      }
    }
  }
}

/// Exact sums over bytes.
private struct ByteSums {
  private var sum: UInt64 = 0
  private var squares: UInt64 = 0
  private var minimum = UInt8.max
  private var maximum = UInt8.min

  mutating func add(_ byte: UInt8) {
    let value = UInt64(byte)
    sum &+= value
    squares &+= value &* value
    minimum = min(minimum, byte)
    maximum = max(maximum, byte)
  }

  /// Adds a run of bytes, in blocks whose sums fit into 32 bits.
  mutating func add(_ bytes: [UInt8], _ range: Range<Int>) {
    var start = range.lowerBound
    while start < range.upperBound {
      let end = min(start + 65_536, range.upperBound)
      var blockSum: UInt32 = 0
      var blockSquares: UInt32 = 0
      var low = UInt8.max
      var high = UInt8.min
      for byte in bytes[start..<end] {
        let value = UInt32(byte)
        blockSum &+= value
        blockSquares &+= value &* value
        low = min(low, byte)
        high = max(high, byte)
      }
      sum &+= UInt64(blockSum)
      squares &+= UInt64(blockSquares)
      minimum = min(minimum, low)
      maximum = max(maximum, high)
      start = end
    }
  }

  func statistics(count: Int) -> ColumnStatistics {
    let n = UInt128(count)
    // n Σx² - (Σx)² is n² times the variance, and never negative.
    let scaledVariance = n * UInt128(squares) - UInt128(sum) * UInt128(sum)
    return ColumnStatistics(
      mean: Double(sum) / Double(count),
      standardDeviation: Double(scaledVariance).squareRoot() / Double(count),
      minimum: Double(minimum), maximum: Double(maximum))
  }
}
