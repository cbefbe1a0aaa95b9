public import Operators
public import Tensors

/// The mean of each channel of an image: [height, width, channels] becomes [channels].
///
/// Reference: "Network In Network", Lin, Chen and Yan, 2013.
public struct GlobalAveragePool2D: Layer {
  /// The name in a configuration, `global_average_pool2d`.
  public var kind: String { "global_average_pool2d" }

  /// A mean over whole images.
  public init() {}

  /// The channels.
  public func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape {
    try channels(of: single(inputs))
  }

  /// It computes in bfloat16 as it is.
  public var computesInBFloat16: Bool { true }

  /// Prepares the function.
  public func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    AveragePoolOperation(site.wholeImages)
  }
}

/// The maximum of each channel of an image: [height, width, channels] becomes [channels].
public struct GlobalMaxPool2D: Layer {
  /// The name in a configuration, `global_max_pool2d`.
  public var kind: String { "global_max_pool2d" }

  /// A maximum over whole images.
  public init() {}

  /// The channels.
  public func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape {
    try channels(of: single(inputs))
  }

  /// It computes in bfloat16 as it is.
  public var computesInBFloat16: Bool { true }

  /// Prepares the function.
  public func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    MaxPoolOperation(site.wholeImages, at: site)
  }
}

extension Layer {
  fileprivate func channels(of input: Shape) throws(LayerError) -> Shape {
    try checkImage(input)
    return [input[2]]
  }
}

extension OperationSite {
  /// One window over each image.
  fileprivate var wholeImages: PoolGeometry {
    let image = inputShapes[0]
    let window = (height: image[0], width: image[1])
    return PoolGeometry(
      input: image, batch: batch, window: window, stride: window, padding: (0, 0))
  }
}
