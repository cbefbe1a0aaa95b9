public import Tensors

/// The buffers an optimizer keeps from step to step: up to three, each as long as the parameters.
///
/// A fixed struct and not an array, so that cutting a range out of it allocates nothing.
public struct OptimizerState: Sendable {
  /// The first buffer; nil for an optimizer without state.
  public var first: FloatView?
  /// The second buffer.
  public var second: FloatView?
  /// The third buffer.
  public var third: FloatView?

  /// Makes a state of up to three buffers, in the order of ``Optimizer/stateNames``.
  public init(_ first: FloatView? = nil, _ second: FloatView? = nil, _ third: FloatView? = nil) {
    self.first = first
    self.second = second
    self.third = third
  }

  /// The same range of every buffer.
  public subscript(range: Range<Int>) -> OptimizerState {
    OptimizerState(first?[range], second?[range], third?[range])
  }

  /// Whether there are just `buffers` buffers, each of `count` elements.
  func holds(_ buffers: Int, buffersOf count: Int) -> Bool {
    (first?.count ?? count) == count && (second?.count ?? count) == count
      && (third?.count ?? count) == count && (first != nil) == (buffers > 0)
      && (second != nil) == (buffers > 1) && (third != nil) == (buffers > 2)
  }
}
