internal import Glibc

/// A least-squares fit of two powers, a u^p + b u^q, to values at u = 1/n, 2/n, ..., 1.
struct PowerFit {
  /// The coefficient of the first power.
  let first: Double
  /// The coefficient of the second power.
  let second: Double
  /// The standard deviation of the values around the fit, for n - 2 degrees of freedom.
  let scatter: Double
  /// The standard deviation of `first` for values that scatter by 1.
  let spread: Double

  /// Fits.
  ///
  /// - Precondition: there are three values or more, and the powers differ.
  init(_ values: [Double], powers p: Int, _ q: Int) {
    precondition(values.count > 2 && p != q, "a fit of two powers needs three values")
    let points = (1...values.count).map { Double($0) / Double(values.count) }
    let a = points.map { pow($0, Double(p)) }
    let b = points.map { pow($0, Double(q)) }
    func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
    let (aa, ab, bb) = (dot(a, a), dot(a, b), dot(b, b))
    let determinant = aa * bb - ab * ab
    let first = (bb * dot(a, values) - ab * dot(b, values)) / determinant
    let second = (aa * dot(b, values) - ab * dot(a, values)) / determinant
    let left = values.indices.map { values[$0] - first * a[$0] - second * b[$0] }
    self.first = first
    self.second = second
    scatter = (dot(left, left) / Double(values.count - 2)).squareRoot()
    spread = (bb / determinant).squareRoot()
  }

  /// The coefficient of a fit of u alone.
  static func slope(_ values: [Double]) -> Double {
    var (products, squares) = (0.0, 0.0)
    for (index, value) in values.enumerated() {
      let u = Double(index + 1) / Double(values.count)
      products += u * value
      squares += u * u
    }
    return products / squares
  }
}
