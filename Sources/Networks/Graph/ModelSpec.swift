public import Options
public import Tensors

/// A layer in its place in a list: with its name, if it was given one, and what it takes as input.
public struct LayerEntry: Sendable {
  /// The layer.
  public var layer: any ModelPart
  /// The name given to it; nil for the kind and a count.
  public var name: String?
  /// The names of its inputs; nil for the layer before.
  public var from: [String]?
  /// Where it was written in a configuration.
  public var mark: SourceMark?

  /// Puts a layer into a list.
  ///
  /// - Parameters:
  ///   - layer: the layer.
  ///   - name: its name; nil for its kind and a count: `dense_2`.
  ///   - from: the names of its inputs; nil for the layer before.
  ///   - mark: where it was written.
  public init(
    _ layer: any ModelPart, name: String? = nil, from: [String]? = nil, mark: SourceMark? = nil
  ) {
    self.layer = layer
    self.name = name
    self.from = from
    self.mark = mark
  }
}

extension ModelPart {
  /// The layer under a name, for other layers to refer to.
  public func named(_ name: String) -> LayerEntry {
    LayerEntry(self, name: name)
  }

  /// The layer taking the outputs of named layers or inputs.
  public func from(_ names: String...) -> LayerEntry {
    LayerEntry(self, from: names)
  }
}

extension LayerEntry {
  /// The same layer taking the outputs of named layers or inputs.
  public func from(_ names: String...) -> LayerEntry {
    var entry = self
    entry.from = names
    return entry
  }
}

/// Builds a list of layers from the lines of a closure.
@resultBuilder
public enum LayerListBuilder {
  /// Takes a layer.
  public static func buildExpression(_ layer: any ModelPart) -> [LayerEntry] { [LayerEntry(layer)] }
  /// Takes a named or rewired layer.
  public static func buildExpression(_ entry: LayerEntry) -> [LayerEntry] { [entry] }
  /// Takes layers made elsewhere.
  public static func buildExpression(_ entries: [LayerEntry]) -> [LayerEntry] { entries }
  /// Joins the lines.
  public static func buildBlock(_ parts: [LayerEntry]...) -> [LayerEntry] { parts.flatMap { $0 } }
  /// Takes an `if` without `else`.
  public static func buildOptional(_ part: [LayerEntry]?) -> [LayerEntry] { part ?? [] }
  /// Takes the first branch of an `if`.
  public static func buildEither(first part: [LayerEntry]) -> [LayerEntry] { part }
  /// Takes the second branch of an `if`.
  public static func buildEither(second part: [LayerEntry]) -> [LayerEntry] { part }
  /// Takes a `for` loop.
  public static func buildArray(_ parts: [[LayerEntry]]) -> [LayerEntry] { parts.flatMap { $0 } }
}

/// A network as its author writes it: inputs and a list of layers.
public struct ModelSpec: Sendable {
  /// A named input; its shape is nil where the data decides it.
  public struct Input: Sendable {
    /// The name that layers refer to.
    public let name: String
    /// The shape of one sample, without the batch.
    public let shape: Shape?

    /// Makes an input.
    public init(name: String, shape: Shape?) {
      self.name = name
      self.shape = shape
    }
  }

  /// The inputs, at least one.
  public var inputs: [Input]
  /// The layers, in order.
  public var layers: [LayerEntry]
  /// Where the model was written.
  public var mark: SourceMark?

  /// A network of one input.
  ///
  /// ```swift
  /// let model = Sequential {
  ///   Dense(128, activation: .relu)
  ///   Dropout(0.2)
  ///   Dense(10)
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - input: the shape of one sample; nil takes the data's.
  ///   - layers: the layers, a line each.
  public init(input: Shape? = nil, @LayerListBuilder _ layers: () -> [LayerEntry]) {
    self.inputs = [Input(name: "input", shape: input)]
    self.layers = layers()
  }

  /// A network of several named inputs.
  public init(inputs: [Input], @LayerListBuilder _ layers: () -> [LayerEntry]) {
    self.inputs = inputs
    self.layers = layers()
  }

  /// Reads the `model` section of a configuration; problems go to the reader's diagnostics.
  ///
  /// - Parameter options: the section: `layers`, and `input` or `inputs` where the data does not
  ///   give the shape.
  public init(options: OptionReader) {
    mark = options.mark
    if let named = options.nested("inputs", context: "inputs") {
      inputs = named.keys.map { name in
        LayerRegistry.check(name: name, of: "an input", at: named.mark(of: name), options)
        return Input(name: name, shape: Self.shape(name, of: named))
      }
      if options.has("input") {
        options.report(
          "\(options.context) has both `input` and `inputs`", for: "input",
          hint: "write one of them")
      }
    } else {
      inputs = [Input(name: "input", shape: Self.shape("input", of: options))]
    }
    layers = LayerRegistry.decodeList("layers", of: options)
    options.finish()
  }

  /// Reads the shape of a sample; nil where it is absent or wrong.
  private static func shape(_ key: String, of options: OptionReader) -> Shape? {
    guard let sizes = options.integers(key, in: 1...) else { return nil }
    if sizes.isEmpty {
      options.report("the shape `\(key)` has no axes", for: key, hint: "write `\(key): [features]`")
      return nil
    }
    return Shape(sizes)
  }
}

/// A network written as a list of layers.
public typealias Sequential = ModelSpec
