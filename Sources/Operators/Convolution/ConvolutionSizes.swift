/// The sizes of a two-dimensional convolution over images in NHWC.
///
/// A convolution over sequences is one over images of height 1.
public struct ConvolutionSizes: Sendable, Hashable {
  /// Images.
  public let batch: Int
  /// The axis of rows.
  public let vertical: WindowAxis
  /// The axis of columns.
  public let horizontal: WindowAxis
  /// Channels of the input.
  public let channels: Int
  /// Channels of the output.
  public let filters: Int
  /// Groups that the channels are cut into: each filter sees the channels of its own group.
  public let groups: Int

  /// Describes a convolution.
  ///
  /// - Precondition: `groups` divides `channels` and `filters`.
  public init(
    batch: Int, vertical: WindowAxis, horizontal: WindowAxis, channels: Int, filters: Int,
    groups: Int = 1
  ) {
    precondition(
      channels % groups == 0 && filters % groups == 0,
      "\(groups) groups of \(channels) channels and \(filters) filters")
    self.batch = batch
    self.vertical = vertical
    self.horizontal = horizontal
    self.channels = channels
    self.filters = filters
    self.groups = groups
  }

  /// Elements of the input.
  public var inputCount: Int { batch * vertical.input * horizontal.input * channels }

  /// Elements of the output.
  public var outputCount: Int { batch * vertical.output * horizontal.output * filters }

  /// Elements of the weight [filters, channels / groups, rows, columns].
  public var weightCount: Int {
    filters * channels / groups * vertical.window * horizontal.window
  }

  /// The convolution in words.
  var description: String {
    "a convolution of \(batch) x \(vertical.input) x \(horizontal.input) x \(channels) "
      + "with \(filters) filters of \(vertical.window) x \(horizontal.window)"
      + (groups > 1 ? " in \(groups) groups" : "")
  }
}
