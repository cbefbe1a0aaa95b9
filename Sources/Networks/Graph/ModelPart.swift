internal import Options

/// What may stand in a model's list of layers: a ``Layer``, or several made into one.
///
/// A part made of others, such as ``Residual``, adds their nodes to the graph with
/// ``GraphBuilder/addList(_:prefix:input:)`` and has no computation of its own.
public protocol ModelPart: Sendable {
  /// The name in a configuration, which also names the part's tensors: `dense`.
  var kind: String { get }

  /// Adds the part to a graph; a layer adds one node unless it says otherwise.
  ///
  /// - Parameters:
  ///   - graph: the graph so far.
  ///   - name: the full name of the part in the graph: `residual_1.shortcut.conv2d_1`.
  ///   - inputs: the values it takes.
  /// - Returns: the value it gives.
  /// - Throws: ``LayerError`` where the part cannot take such inputs.
  func add(
    to graph: inout GraphBuilder, named name: String, inputs: [GraphValue.ID]
  ) throws(LayerError) -> GraphValue.ID
}

extension ModelPart {
  /// The one element of a list of inputs, for parts that take just one.
  ///
  /// - Throws: ``LayerError`` where there are more or fewer.
  func single<Input>(_ inputs: [Input]) throws(LayerError) -> Input {
    guard inputs.count == 1, let input = inputs.first else {
      throw LayerError("\(kind) takes one input, found \(inputs.count)")
    }
    return input
  }
}

/// Why a layer cannot be used as written, in words.
public struct LayerError: Error, Sendable {
  /// What is wrong, with the shapes involved.
  public let message: String
  /// What to do about it.
  public let hint: String?
  /// The problem with the name and the place of the layer; nil until the list that it stands in
  /// has said them.
  let placed: Diagnostic?

  /// Makes an error.
  public init(_ message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
    placed = nil
  }

  /// Makes the error of a layer at a known place, which the lists around it pass on as it is.
  init(_ message: String, at mark: SourceMark?, hint: String?) {
    self.message = message
    self.hint = hint
    placed = Diagnostic(message, at: mark, hint: hint)
  }

  /// The problem as it is reported.
  var diagnostic: Diagnostic { placed ?? Diagnostic(message, hint: hint) }
}
