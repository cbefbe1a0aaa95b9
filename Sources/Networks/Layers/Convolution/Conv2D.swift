public import Operators
public import Options
public import Tensors

/// A convolution over images [height, width, channels].
///
/// As in all of deep learning it is a cross-correlation: the kernel is not flipped.
public struct Conv2D: Layer {
  /// The name in a configuration, `conv2d`.
  public var kind: String { "conv2d" }
  /// Filters, kernel, stride and the rest.
  public let options: ConvolutionOptions

  /// A convolution over images.
  ///
  /// - Parameters:
  ///   - filters: channels of the output.
  ///   - kernel: rows and columns of the window.
  ///   - stride: rows and columns from one place to the next, 1 by default.
  ///   - padding: none by default.
  ///   - dilation: rows and columns from one element of the window to the next, 1 by default.
  ///   - groups: groups of channels, which divide channels and filters; 1 by default, as many as
  ///     channels for a depthwise convolution.
  ///   - activation: applied to the outputs, linear by default.
  ///   - bias: whether a bias is added.
  ///   - initializer: how the weights start; nil takes what suits the activation.
  ///   - biasInitializer: how the bias starts, zeros by default.
  public init(
    _ filters: Int, kernel: Extent2D, stride: Extent2D = 1,
    padding: ConvolutionPadding = .valid, dilation: Extent2D = 1, groups: Int = 1,
    activation: Activation = .linear, bias: Bool = true, initializer: Initializer? = nil,
    biasInitializer: Initializer = .zeros
  ) {
    options = ConvolutionOptions(
      filters: filters, kernel: kernel.axes, stride: stride.axes, dilation: dilation.axes,
      padding: padding, groups: groups,
      activation: activation, bias: bias, initializer: initializer,
      biasInitializer: biasInitializer)
  }

  /// Reads `filters`, `kernel`, `stride`, `padding` (`valid`, `same`, a number, or one for rows and one
  /// for columns), `dilation`, `groups`, `activation`, `bias`, `initializer` and `bias_initializer`.
  public init(options: OptionReader) {
    self.options = ConvolutionOptions(
      options: options, axes: 2, paddings: ["valid": .valid, "same": .same])
  }

  /// [output height, output width, filters].
  public func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape {
    let input = try single(inputs)
    guard input.rank == 3 else {
      throw LayerError(
        "conv2d takes images [height, width, channels], found \(input)",
        hint: "`reshape: {shape: [28, 28, 1]}` makes images of rows of pixels")
    }
    try options.check(input)
    return imageShape(of: input)
  }

  /// The shape of an output, for an input that was checked.
  func imageShape(of input: Shape) -> Shape {
    let axes = options.windows(of: input)
    return [axes[0].output, axes[1].output, options.filters]
  }

  /// `weight` [filters, channels / groups, rows, columns] and `bias` [filters].
  public func parameters(of inputs: [Shape]) -> [ParameterSpec] {
    options.parameters(channels: inputs[0][-1])
  }

  /// One for each element of the window at each place.
  public func multiplyAdds(of inputs: [Shape]) -> Int {
    let output = imageShape(of: inputs[0])
    return options.multiplyAdds(places: output[0] * output[1], channels: inputs[0][-1])
  }

  /// Adds one node, and one more where a softmax follows.
  public func add(
    to graph: inout GraphBuilder, named name: String, inputs: [GraphValue.ID]
  ) throws(LayerError) -> GraphValue.ID {
    let value = try graph.addNode(self, named: name, inputs: inputs)
    return try options.outputActivation.append(to: &graph, named: name, after: value)
  }

  /// It computes in bfloat16 as it is.
  public var computesInBFloat16: Bool { true }

  /// Prepares the convolution.
  public func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    try ConvolutionOperation(options, prepare(at: site), at: site)
  }

  /// Prepares the convolution alone.
  func prepare(at site: OperationSite) throws(OperatorError) -> Convolution {
    let axes = options.windows(of: site.inputShapes[0])
    return try options.prepare(vertical: axes[0], horizontal: axes[1], at: site)
  }
}
