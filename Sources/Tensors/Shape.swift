/// The sizes of a tensor's axes, outermost first; the elements are stored row-major.
///
/// Shapes inside a network do not count the batch: an image is `[height, width, channels]`, a
/// sequence `[time, features]`, a vector `[features]`.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The sizes, outermost first; empty for a single number.
  public var dimensions: [Int]

  /// Makes a shape from its sizes.
  public init(_ dimensions: [Int]) {
    self.dimensions = dimensions
  }

  /// Makes a shape from its sizes.
  public init(arrayLiteral dimensions: Int...) {
    self.dimensions = dimensions
  }

  /// The number of elements.
  public var count: Int { dimensions.reduce(1, *) }

  /// The number of axes.
  public var rank: Int { dimensions.count }

  /// The size of an axis; negative indices count from the last: `shape[-1]` is the innermost.
  public subscript(axis: Int) -> Int {
    dimensions[axis < 0 ? dimensions.count + axis : axis]
  }

  /// The sizes as text: `[28, 28, 1]`.
  public var description: String {
    "[" + dimensions.map(String.init).joined(separator: ", ") + "]"
  }
}
