public import Operators
public import Options
public import Tensors

/// A convolution over sequences [time, channels].
public struct Conv1D: Layer {
  /// The name in a configuration, `conv1d`.
  public var kind: String { "conv1d" }
  /// Filters, kernel, stride and the rest.
  public let options: ConvolutionOptions

  /// A convolution over sequences.
  ///
  /// - Parameters:
  ///   - filters: channels of the output.
  ///   - kernel: steps of the window.
  ///   - stride: steps from one place to the next, 1 by default.
  ///   - padding: none by default; `.causal` pads before the first step alone.
  ///   - dilation: steps from one element of the window to the next, 1 by default.
  ///   - groups: groups of channels, which divide channels and filters; 1 by default.
  ///   - activation: applied to the outputs, linear by default.
  ///   - bias: whether a bias is added.
  ///   - initializer: how the weights start; nil takes what suits the activation.
  ///   - biasInitializer: how the bias starts, zeros by default.
  public init(
    _ filters: Int, kernel: Int, stride: Int = 1, padding: ConvolutionPadding = .valid,
    dilation: Int = 1, groups: Int = 1, activation: Activation = .linear, bias: Bool = true,
    initializer: Initializer? = nil, biasInitializer: Initializer = .zeros
  ) {
    options = ConvolutionOptions(
      filters: filters, kernel: [kernel], stride: [stride], dilation: [dilation],
      padding: padding, groups: groups, activation: activation, bias: bias,
      initializer: initializer, biasInitializer: biasInitializer)
  }

  /// Reads `filters`, `kernel`, `stride`, `padding` (`valid`, `same`, `causal` or a number), `dilation`,
  /// `groups`, `activation`, `bias`, `initializer` and `bias_initializer`.
  public init(options: OptionReader) {
    self.options = ConvolutionOptions(
      options: options, axes: 1,
      paddings: ["valid": .valid, "same": .same, "causal": .causal])
  }

  /// [output time, filters].
  public func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape {
    let input = try single(inputs)
    guard input.rank == 2 else {
      throw LayerError("conv1d takes sequences [time, channels], found \(input)")
    }
    try options.check(input)
    return [options.windows(of: input)[0].output, options.filters]
  }

  /// `weight` [filters, channels / groups, kernel] and `bias` [filters].
  public func parameters(of inputs: [Shape]) -> [ParameterSpec] {
    options.parameters(channels: inputs[0][-1])
  }

  /// One for each element of the window at each place.
  public func multiplyAdds(of inputs: [Shape]) -> Int {
    options.multiplyAdds(
      places: options.windows(of: inputs[0])[0].output, channels: inputs[0][-1])
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

  /// Prepares the convolution: one over images of one row.
  public func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    try ConvolutionOperation(
      options,
      options.prepare(
        vertical: WindowAxis(input: 1, window: 1),
        horizontal: options.windows(of: site.inputShapes[0])[0], at: site), at: site)
  }
}
