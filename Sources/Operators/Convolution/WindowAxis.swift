/// How a window slides along one axis of an image or a sequence.
public struct WindowAxis: Sendable, Hashable {
  /// Elements of the input.
  public let input: Int
  /// Elements of the window, those that dilation leaves out not counted.
  public let window: Int
  /// Elements from one place of the window to the next.
  public let stride: Int
  /// Elements from one element of the window to the next; 1 for a window without holes.
  public let dilation: Int
  /// Padding before the first element.
  public let before: Int
  /// Padding behind the last element.
  public let after: Int

  /// Describes an axis; all but the padding at least 1.
  public init(
    input: Int, window: Int, stride: Int = 1, dilation: Int = 1, before: Int = 0, after: Int = 0
  ) {
    self.input = input
    self.window = window
    self.stride = stride
    self.dilation = dilation
    self.before = before
    self.after = after
  }

  /// From the window's first element to its last.
  public var reach: Int { dilation * (window - 1) + 1 }

  /// Places of the window; 0 or less where it does not fit.
  public var output: Int {
    let room = input + before + after - reach
    return room < 0 ? 0 : room / stride + 1
  }
}
