public import Operators
public import Options

/// Adds the output of a list of layers to its input, or to the output of a shortcut.
///
/// The layers' names begin with `residual_1.layers.` and `residual_1.shortcut.`.
///
/// Reference: "Deep Residual Learning for Image Recognition", He et al., 2015.
public struct Residual: ModelPart {
  /// The name in a configuration, `residual`.
  public var kind: String { "residual" }
  /// The layers whose output is added.
  public let layers: [LayerEntry]
  /// What the input passes on its way to the sum; empty for nothing.
  public let shortcut: [LayerEntry]
  private let activation: OutputActivation

  /// A residual part.
  ///
  /// ```swift
  /// Residual(activation: .relu) {
  ///   Dense(64, activation: .relu)
  ///   Dense(64)
  /// } shortcut: {
  ///   Dense(64, bias: false)
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - activation: applied to the sum, linear by default.
  ///   - layers: the layers whose output is added, a line each.
  ///   - shortcut: what the input passes on its way to the sum, nothing by default.
  public init(
    activation: Activation = .linear, @LayerListBuilder layers: () -> [LayerEntry],
    @LayerListBuilder shortcut: () -> [LayerEntry] = { [] }
  ) {
    self.layers = layers()
    self.shortcut = shortcut()
    precondition(!self.layers.isEmpty, "a residual part without layers")
    self.activation = .elementwise(activation)
  }

  /// Reads `layers`, `shortcut` and `activation`.
  public init(options: OptionReader) {
    layers = LayerRegistry.decodeList("layers", of: options)
    shortcut = options.has("shortcut") ? LayerRegistry.decodeList("shortcut", of: options) : []
    activation = OutputActivation(of: options)
  }

  /// Adds the layers, the shortcut, the sum and its activation.
  public func add(
    to graph: inout GraphBuilder, named name: String, inputs: [GraphValue.ID]
  ) throws(LayerError) -> GraphValue.ID {
    let input = try single(inputs)
    let branch = try graph.addList(layers, prefix: "\(name).layers.", input: input)
    let other = try graph.addList(shortcut, prefix: "\(name).shortcut.", input: input)
    let (added, to) = (graph.values[branch].shape, graph.values[other].shape)
    guard added == to else {
      throw LayerError(
        "the layers give \(added), but \(shortcut.isEmpty ? "the input is" : "the shortcut gives") "
          + "\(to)",
        hint: "let `layers` and `shortcut` end in one shape")
    }
    // The branch comes first: nobody else reads it, so the sum may take its memory.
    let sum = try graph.addNode(Add(), named: name, inputs: [branch, other])
    return try activation.appendAll(to: &graph, named: name, after: sum)
  }
}
