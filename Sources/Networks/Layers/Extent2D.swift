internal import Options

/// A height and a width: of a window, of its steps, of padding.
///
/// A whole number stands for a square: `MaxPool2D(2)`.
public struct Extent2D: Sendable, Hashable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// Rows.
  public let height: Int
  /// Columns.
  public let width: Int

  /// A height and a width.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// As high as wide.
  public init(_ side: Int) {
    self.init(height: side, width: side)
  }

  /// As high as wide.
  public init(integerLiteral side: Int) {
    self.init(side)
  }

  /// The height, then the width.
  var axes: [Int] { [height, width] }

  /// As text: `3 x 5`.
  public var description: String { "\(height) x \(width)" }
}

extension OptionReader {
  /// An option that is a whole number or a pair [height, width]; nil where it is absent or wrong.
  func extent(_ key: String, in range: PartialRangeFrom<Int>) -> Extent2D? {
    guard let numbers = integers(key, in: range) else { return nil }
    switch numbers.count {
    case 1: return Extent2D(numbers[0])
    case 2: return Extent2D(height: numbers[0], width: numbers[1])
    default:
      report(
        "`\(key)` of \(context) takes one number or a pair [height, width], found \(numbers.count)",
        for: key)
      return nil
    }
  }
}
