public import Operators
internal import Options
internal import Tensors

/// What convolutions over images and over sequences have in common.
public struct ConvolutionOptions: Sendable {
  /// Channels of the output.
  public let filters: Int
  /// Elements of the window on each axis.
  public let kernel: [Int]
  /// Elements from one place of the window to the next, on each axis.
  public let stride: [Int]
  /// Elements from one element of the window to the next, on each axis.
  public let dilation: [Int]
  /// The padding.
  public let padding: ConvolutionPadding
  /// Groups that the channels are cut into.
  public let groups: Int
  /// What is applied to the outputs, element by element.
  public let activation: Activation
  /// Whether a bias is added.
  public let hasBias: Bool
  /// How the weights start.
  public let initializer: Initializer
  /// How the bias starts.
  public let biasInitializer: Initializer
  let outputActivation: OutputActivation

  init(
    filters: Int, kernel: [Int], stride: [Int], dilation: [Int], padding: ConvolutionPadding,
    groups: Int, activation: Activation, bias: Bool, initializer: Initializer?,
    biasInitializer: Initializer
  ) {
    precondition(
      filters > 0 && groups > 0 && (kernel + stride + dilation).allSatisfy { $0 > 0 },
      "a convolution of \(filters) filters of \(kernel), stride \(stride), dilation \(dilation), "
        + "\(groups) groups")
    self.filters = filters
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
    self.groups = groups
    self.activation = activation
    outputActivation = .elementwise(activation)
    hasBias = bias
    self.initializer = initializer ?? .suited(to: activation)
    self.biasInitializer = biasInitializer
  }

  init(options: OptionReader, axes: Int, paddings: [String: ConvolutionPadding]) {
    filters = options.integer("filters", in: 1...16_777_216)
    kernel = options.perAxis("kernel", axes: axes, in: 1...)
    stride = options.perAxis("stride", axes: axes, default: 1, in: 1...)
    dilation = options.perAxis("dilation", axes: axes, default: 1, in: 1...)
    padding = ConvolutionPadding(of: options, axes: axes, words: paddings)
    groups = options.integer("groups", default: 1, in: 1...16_777_216)
    outputActivation = OutputActivation(of: options)
    activation = outputActivation.fused
    hasBias = options.boolean("bias", default: true)
    initializer = Initializer("initializer", of: options) ?? .suited(to: activation)
    biasInitializer = Initializer("bias_initializer", of: options) ?? .zeros
    if filters % groups != 0 {
      options.report(
        "`groups` of \(options.context) is \(groups), which does not divide its \(filters) filters",
        for: "groups")
    }
  }

  /// The axes of an input.
  ///
  /// - Parameter input: the sizes of the axes, without channels.
  /// - Throws: ``LayerError`` where the window is larger than the padded input.
  func axes(
    of input: [Int], channels: Int, kind: String
  ) throws(LayerError) -> [WindowAxis] {
    let axes = windows(of: input)
    for (axis, size) in zip(axes, input) where axis.output < 1 {
      throw LayerError(
        "the window reaches over \(axis.reach), but the padded input is \(axis.before + size + axis.after)"
          + " long", hint: "use a smaller kernel or `padding: same`")
    }
    if channels % groups != 0 {
      throw LayerError("\(groups) groups do not divide the input's \(channels) channels")
    }
    return axes
  }

  /// The axes of an input, whether the window fits or not.
  func windows(of input: [Int]) -> [WindowAxis] {
    input.indices.map {
      padding.axis(
        $0, input: input[$0], window: kernel[$0], stride: stride[$0], dilation: dilation[$0])
    }
  }

  /// `weight` [filters, channels / groups, kernel…] and `bias` [filters].
  func parameters(channels: Int) -> [ParameterSpec] {
    let window = kernel.reduce(1, *)
    let weight = ParameterSpec(
      name: "weight", shape: Shape([filters, channels / groups] + kernel),
      initializer: initializer, fanIn: channels / groups * window, fanOut: filters * window)
    guard hasBias else { return [weight] }
    return [weight, ParameterSpec(name: "bias", shape: [filters], initializer: biasInitializer)]
  }

  /// One for each element of the window at each place.
  func multiplyAdds(places: Int, channels: Int) -> Int {
    places * filters * channels / groups * kernel.reduce(1, *)
  }
}
