public import Options

/// A list of layers several times in a row; the copies do not share weights.
///
/// The layers' names begin with `repeat_1.1.`, `repeat_1.2.` and so on.
public struct Repeat: ModelPart {
  /// The name in a configuration, `repeat`.
  public var kind: String { "repeat" }
  /// The number of copies.
  public let times: Int
  /// The layers of one copy.
  public let layers: [LayerEntry]

  /// Copies of a list of layers.
  ///
  /// - Parameters:
  ///   - times: the number of copies, at least 1.
  ///   - layers: the layers of one copy, a line each.
  public init(_ times: Int, @LayerListBuilder layers: () -> [LayerEntry]) {
    self.times = times
    self.layers = layers()
    precondition(
      times > 0 && !self.layers.isEmpty, "\(times) copies of \(self.layers.count) layers")
  }

  /// Reads `times` and `layers`.
  public init(options: OptionReader) {
    times = options.integer("times", in: 1...)
    layers = LayerRegistry.decodeList("layers", of: options)
  }

  /// Adds the copies one after the other.
  public func add(
    to graph: inout GraphBuilder, named name: String, inputs: [GraphValue.ID]
  ) throws(LayerError) -> GraphValue.ID {
    var value = try single(inputs)
    for copy in 1...times {
      value = try graph.addList(layers, prefix: "\(name).\(copy).", input: value)
    }
    return value
  }
}
