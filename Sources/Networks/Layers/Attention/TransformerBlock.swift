public import Operators
public import Options
internal import Tensors

/// A block of a transformer: self-attention, then two dense layers on every time step, each with a
/// sum around it and a layer normalization.
///
/// With x the input [time, features], `norm: pre` gives
/// `y = x + drop(attention(norm1(x)))`, then `y + drop(linear2(drop(activation(linear1(norm2(y))))))`;
/// `norm: post` normalizes the sums: `y = norm1(x + …)`, then `norm2(y + …)`. Tensors, initial values
/// and dropout, also that of the attention weights, are those of PyTorch's
/// `nn.TransformerEncoderLayer`.
///
/// References: "Attention Is All You Need", Vaswani et al., 2017 (post); "On Layer Normalization in
/// the Transformer Architecture", Xiong et al., 2020 (pre).
public struct TransformerBlock: ModelPart {
  /// Where the normalizations stand.
  public enum Norm: String, CaseIterable, Sendable {
    /// Before the attention and before the dense layers.
    case pre
    /// After each sum.
    case post
  }

  /// The name in a configuration, `transformer_block`.
  public var kind: String { "transformer_block" }
  /// The attention.
  public let attention: MultiHeadAttention
  /// Units of the first dense layer.
  public let feedForward: Int
  /// Where the normalizations stand.
  public let norm: Norm
  /// The normalizations.
  public let normalization: LayerNorm
  private let activation: OutputActivation

  /// A block.
  ///
  /// - Parameters:
  ///   - heads: heads of the attention, which divide the number of features.
  ///   - feedForward: units of the first dense layer, at least 1.
  ///   - norm: where the normalizations stand.
  ///   - activation: what follows the first dense layer.
  ///   - causal: whether later time steps are hidden.
  ///   - dropout: the probability of an element to become 0 in training: of the attention weights, of
  ///     the activation, and of both parts before they are added; at least 0 and below 1.
  ///   - epsilon: added to the variances, above 0.
  public init(
    heads: Int, feedForward: Int, norm: Norm = .pre, activation: Activation = .gelu,
    causal: Bool = false, dropout: Double = 0, epsilon: Float = 1e-5
  ) {
    precondition(feedForward > 0, "a transformer block with \(feedForward) units")
    attention = MultiHeadAttention(heads: heads, causal: causal, dropout: dropout)
    self.feedForward = feedForward
    self.norm = norm
    normalization = LayerNorm(epsilon: epsilon)
    self.activation = .elementwise(activation)
  }

  /// Reads `heads`, `feed_forward`, `norm`, `activation`, `causal`, `dropout` and `epsilon`.
  public init(options: OptionReader) {
    attention = MultiHeadAttention(options: options, bias: true)
    feedForward = options.integer("feed_forward", in: 1...16_777_216)
    norm = options.choice("norm") ?? .pre
    normalization = LayerNorm(options: options)
    activation =
      options.has("activation") ? OutputActivation(of: options) : .elementwise(.gelu)
  }

  /// Adds the nodes of both parts: `self_attn`, `linear1`, `linear2`, `norm1`, `norm2`.
  public func add(
    to graph: inout GraphBuilder, named name: String, inputs: [GraphValue.ID]
  ) throws(LayerError) -> GraphValue.ID {
    let input = try single(inputs)
    // Checks the input before the first node, so that a problem is not one of the normalization's.
    let features = try attention.outputShape(of: [graph.values[input].shape])[1]
    let middle = try addPart(
      to: &graph, named: name, number: 1, input: input
    ) { graph, value throws(LayerError) in
      try graph.addNode(attention, named: "\(name).self_attn", inputs: [value])
    }
    return try addPart(
      to: &graph, named: name, number: 2, input: middle
    ) { graph, value throws(LayerError) in
      let wide = try activation.append(
        to: &graph, named: name,
        after: graph.addNode(
          dense(feedForward, activation: activation.fused, inputs: features),
          named: "\(name).linear1", inputs: [value]))
      return try graph.addNode(
        dense(features, activation: .linear, inputs: feedForward), named: "\(name).linear2",
        inputs: [drop(wide, to: &graph, named: "\(name).dropout")])
    }
  }

  /// Adds one of the two parts with the sum and the normalization around it.
  private func addPart(
    to graph: inout GraphBuilder, named name: String, number: Int, input: GraphValue.ID,
    _ part: (inout GraphBuilder, GraphValue.ID) throws(LayerError) -> GraphValue.ID
  ) throws(LayerError) -> GraphValue.ID {
    func normalize(
      _ value: GraphValue.ID, _ graph: inout GraphBuilder
    ) throws(LayerError) -> GraphValue.ID {
      try graph.addNode(normalization, named: "\(name).norm\(number)", inputs: [value])
    }
    let start = norm == .pre ? try normalize(input, &graph) : input
    let end = try drop(part(&graph, start), to: &graph, named: "\(name).dropout\(number)")
    // The part comes first: nobody else reads it, so the sum may take its memory.
    let sum = try graph.addNode(Add(), named: "\(name).add\(number)", inputs: [end, input])
    return norm == .post ? try normalize(sum, &graph) : sum
  }

  private func drop(
    _ value: GraphValue.ID, to graph: inout GraphBuilder, named name: String
  ) throws(LayerError) -> GraphValue.ID {
    if attention.dropout == 0 { return value }
    return try graph.addNode(Dropout(attention.dropout), named: name, inputs: [value])
  }

  private func dense(_ units: Int, activation: Activation, inputs: Int) -> Dense {
    let start = Initializer.linear(fanIn: inputs)
    return Dense(units, activation: activation, initializer: start, biasInitializer: start)
  }
}
