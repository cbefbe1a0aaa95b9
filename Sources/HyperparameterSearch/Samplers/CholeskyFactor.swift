internal import Glibc

/// The lower triangle L of a symmetric positive definite matrix A = L·Lᵀ.
struct CholeskyFactor {
  /// The number of rows.
  let size: Int
  /// Row by row, a whole square; what is above the diagonal is not used.
  private let lower: [Double]

  /// Factors a matrix.
  ///
  /// - Precondition: the matrix, given row by row, is positive definite; only its lower triangle is read.
  init(_ matrix: [Double], size: Int) {
    precondition(matrix.count == size * size, "\(matrix.count) elements in \(size) rows")
    var lower = matrix
    for row in 0..<size {
      for column in 0...row {
        let rest =
          matrix[row * size + column]
          - Self.dot(lower, row * size, lower, column * size, count: column)
        if column < row {
          lower[row * size + column] = rest / lower[column * size + column]
        } else {
          precondition(rest > 0, "the matrix is not positive definite in row \(row)")
          lower[row * size + row] = rest.squareRoot()
        }
      }
    }
    self.size = size
    self.lower = lower
  }

  /// The logarithm of the determinant of A.
  var logDeterminant: Double {
    (0..<size).reduce(0) { $0 + 2 * log(lower[$1 * size + $1]) }
  }

  /// The x of L·x = b, where b is zero before `first`.
  func solveLower(_ right: [Double], from first: Int = 0) -> [Double] {
    var solution = right
    for row in first..<size {
      let known = Self.dot(lower, row * size + first, solution, first, count: row - first)
      solution[row] = (right[row] - known) / lower[row * size + row]
    }
    return solution
  }

  /// The x of A·x = b.
  func solve(_ right: [Double]) -> [Double] {
    var solution = solveLower(right)
    for row in (0..<size).reversed() {
      let value = solution[row] / lower[row * size + row]
      solution[row] = value
      for column in 0..<row { solution[column] -= value * lower[row * size + column] }
    }
    return solution
  }

  /// The inverse of A, row by row; only its lower triangle is filled.
  var inverse: [Double] {
    var columns = [Double]()
    columns.reserveCapacity(size * size)
    for column in 0..<size {
      var unit = [Double](repeating: 0, count: size)
      unit[column] = 1
      columns += solveLower(unit, from: column)
    }
    var inverse = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0...row {
        inverse[row * size + column] = Self.dot(
          columns, row * size + row, columns, column * size + row, count: size - row)
      }
    }
    return inverse
  }

  /// The sum of products of two stretches, in lanes whose order is fixed.
  private static func dot(
    _ left: [Double], _ leftStart: Int, _ right: [Double], _ rightStart: Int, count: Int
  ) -> Double {
    let left = left.span.extracting(leftStart..<leftStart + count)
    let right = right.span.extracting(rightStart..<rightStart + count)
    var lanes = (SIMD4<Double>(), SIMD4<Double>())
    let whole = count / 8 * 8
    for place in stride(from: 0, to: whole, by: 8) {
      lanes.0 += Self.four(left, place) * Self.four(right, place)
      lanes.1 += Self.four(left, place + 4) * Self.four(right, place + 4)
    }
    let four = lanes.0 + lanes.1
    var sum = (four[0] + four[1]) + (four[2] + four[3])
    for place in whole..<count { sum += left[place] * right[place] }
    return sum
  }

  /// Four elements from a place that is at least four before the end.
  @inline(__always)
  private static func four(_ elements: Span<Double>, _ place: Int) -> SIMD4<Double> {
    // Checked at each element a fit takes twice as long.
    unsafe SIMD4(
      elements[unchecked: place], elements[unchecked: place + 1], elements[unchecked: place + 2],
      elements[unchecked: place + 3])
  }
}
