public import Operators
public import Options
public import Tensors

/// Scaled dot-product attention in several heads, between linear maps in and out.
///
/// With one input a sequence [time, features] attends to itself. With two, the first [queries,
/// features] gives the queries, the last [keys, features] the keys and values. Tensors and initial
/// values are those of PyTorch's `nn.MultiheadAttention` in its packed form.
///
/// Reference: "Attention Is All You Need", Vaswani et al., 2017.
public struct MultiHeadAttention: Layer {
  /// The name in a configuration, `multi_head_attention`.
  public var kind: String { "multi_head_attention" }
  /// The number of heads, which divides the number of features.
  public let heads: Int
  /// Whether time step i of the queries sees only the steps 0...i of the keys, also where there are
  /// fewer or more keys: PyTorch's `is_causal`, aligned at the first step.
  public let isCausal: Bool
  /// Whether the linear maps have biases.
  public let hasBias: Bool
  /// The probability of an attention weight to become 0 in training.
  public let dropout: Double

  /// Attention in several heads.
  ///
  /// - Parameters:
  ///   - heads: the number of heads, which divides the number of features.
  ///   - causal: whether later time steps are hidden.
  ///   - bias: whether the linear maps have biases.
  ///   - dropout: the probability of an attention weight to become 0, at least 0 and below 1.
  public init(heads: Int, causal: Bool = false, bias: Bool = true, dropout: Double = 0) {
    precondition(heads > 0, "attention with \(heads) heads")
    precondition(dropout >= 0 && dropout < 1, "a dropout rate of \(dropout)")
    self.heads = heads
    isCausal = causal
    hasBias = bias
    self.dropout = dropout
  }

  /// Reads `heads`, `causal`, `bias` and `dropout`.
  public init(options: OptionReader) {
    self.init(options: options, bias: options.boolean("bias", default: true))
  }

  /// Reads `heads`, `causal` and `dropout`.
  init(options: OptionReader, bias: Bool) {
    heads = options.integer("heads", in: 1...)
    isCausal = options.boolean("causal", default: false)
    hasBias = bias
    dropout = options.number(
      "dropout", default: 0, where: { $0 >= 0 && $0 < 1 }, orElse: "at least 0 and below 1",
      standIn: 0)
  }

  /// The shape of the first input.
  public func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape {
    guard let query = inputs.first, let key = inputs.last, inputs.count <= 2 else {
      throw LayerError(
        "\(kind) takes one input, or one for the queries and one for keys and values; found "
          + "\(inputs.count)")
    }
    if let other = inputs.first(where: { $0.rank != 2 }) {
      throw LayerError("\(kind) takes a sequence [time, features], found \(other)")
    }
    guard query[1] == key[1] else {
      throw LayerError(
        "\(kind) takes queries and keys of as many features, found \(query) and \(key)",
        hint: "bring them to one size first: `dense: {units: \(query[1])}`")
    }
    guard query[1] % heads == 0 else {
      let divisors = (1...query[1]).filter { query[1] % $0 == 0 }
      throw LayerError(
        "`heads: \(heads)` does not divide the \(query[1]) features of \(query)",
        hint: "heads that do: \(divisors.map(String.init).joined(separator: ", "))")
    }
    return query
  }

  /// `in_proj_weight` [3 features, features], `in_proj_bias` [3 features], `out_proj.weight`
  /// [features, features] and `out_proj.bias` [features].
  public func parameters(of inputs: [Shape]) -> [ParameterSpec] {
    let features = inputs[0][1]
    let input = ParameterSpec(
      name: "in_proj_weight", shape: [3 * features, features], initializer: .xavierUniform,
      fanIn: features, fanOut: 3 * features)
    let output = ParameterSpec(
      name: "out_proj.weight", shape: [features, features], initializer: .linear(fanIn: features),
      fanIn: features, fanOut: features)
    guard hasBias else { return [input, output] }
    return [
      input, ParameterSpec(name: "in_proj_bias", shape: [3 * features], initializer: .zeros),
      output, ParameterSpec(name: "out_proj.bias", shape: [features], initializer: .zeros),
    ]
  }

  /// Those of the linear maps, and two for each feature and pair of a query and a key that it sees.
  public func multiplyAdds(of inputs: [Shape]) -> Int {
    let features = inputs[0][1]
    let (queries, keys) = (inputs[0][0], inputs[inputs.count - 1][0])
    let pairs = isCausal ? (1...queries).reduce(0) { $0 + min($1, keys) } : queries * keys
    return (2 * queries + 2 * keys) * features * features + 2 * pairs * features
  }

  /// Prepares the products and the attention.
  public func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    try AttentionOperation(self, at: site)
  }
}

extension Initializer {
  /// How PyTorch starts weights and biases of `nn.Linear`: uniform within ±1 / sqrt(fan in).
  static func linear(fanIn: Int) -> Initializer {
    let bound = 1 / Float(fanIn).squareRoot()
    return .uniform(-bound, bound)
  }
}
