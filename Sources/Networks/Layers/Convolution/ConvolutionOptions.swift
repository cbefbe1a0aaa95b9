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

  /// Refuses an input that the window does not fit, or whose channels the groups do not divide.
  func check(_ input: Shape) throws(LayerError) {
    for axis in windows(of: input) where axis.output < 1 {
      let length = axis.before + axis.input + axis.after
      throw LayerError(
        "the window reaches over \(axis.reach), but the padded input is \(length) long",
        hint: "use a smaller kernel or `padding: same`")
    }
    if input[-1] % groups != 0 {
      throw LayerError("\(groups) groups do not divide the input's \(input[-1]) channels")
    }
  }

  /// The axes that the window slides along, whether it fits or not.
  func windows(of input: Shape) -> [WindowAxis] {
    kernel.indices.map {
      padding.axis(
        $0, input: input[$0], window: kernel[$0], stride: stride[$0], dilation: dilation[$0])
    }
  }

  /// Prepares the convolution.
  func prepare(
    vertical: WindowAxis, horizontal: WindowAxis, at site: OperationSite
  ) throws(OperatorError) -> Convolution {
    try Convolution(
      ConvolutionSizes(
        batch: site.batch, vertical: vertical, horizontal: horizontal,
        channels: site.inputShapes[0][-1], filters: filters, groups: groups),
      type: site.precision, hasBias: hasBias, isTraining: site.isTraining,
      needsInputGradient: site.needsInputGradient[0], stream: site.stream)
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
