internal import Operators
internal import Options

/// The layers that a configuration can name.
package enum LayerRegistry {
  /// Makes a layer from its options.
  typealias Maker = @Sendable (OptionReader) -> any ModelPart

  /// One line a layer.
  static let makers: [(kind: String, make: Maker)] = [
    ("dense", { Dense(options: $0) }),
    ("conv1d", { Conv1D(options: $0) }),
    ("conv2d", { Conv2D(options: $0) }),
    ("flatten", { _ in Flatten() }),
    ("reshape", { Reshape(options: $0) }),
    ("max_pool2d", { MaxPool2D(options: $0) }),
    ("average_pool2d", { AveragePool2D(options: $0) }),
    ("global_max_pool2d", { _ in GlobalMaxPool2D() }),
    ("global_average_pool2d", { _ in GlobalAveragePool2D() }),
    ("dropout", { Dropout(options: $0) }),
    ("prelu", { PReLU(options: $0) }),
    ("softmax", { _ in Softmax() }),
    ("batch_norm", { BatchNorm(options: $0) }),
    ("layer_norm", { LayerNorm(options: $0) }),
    ("embedding", { Embedding(options: $0) }),
    ("position_embedding", { PositionEmbedding(options: $0) }),
    ("rnn", { RNN(options: $0) }),
    ("lstm", { LSTM(options: $0) }),
    ("gru", { GRU(options: $0) }),
    ("multi_head_attention", { MultiHeadAttention(options: $0) }),
    ("transformer_block", { TransformerBlock(options: $0) }),
    ("add", { _ in Add() }),
    ("multiply", { _ in Multiply() }),
    ("concatenate", { _ in Concatenate() }),
    ("residual", { Residual(options: $0) }),
    ("repeat", { Repeat(options: $0) }),
  ]

  /// The names of all layers.
  package static var kinds: [String] { makers.map(\.kind) + Activation.allNames }

  private static func maker(of kind: String) -> Maker? {
    if Activation.allNames.contains(kind) {
      return { ActivationLayer(Activation(name: kind, options: $0)) }
    }
    return makers.first { $0.kind == kind }?.make
  }

  /// Reads a required list of layers under a key.
  static func decodeList(_ key: String, of options: OptionReader) -> [LayerEntry] {
    guard let value = options.value(key) else {
      options.reportMissing(key)
      return []
    }
    guard case .list(let items) = value.content else {
      options.report(
        "`\(key)` of \(options.context) takes a list of layers, found \(value.kindDescription)",
        for: key)
      return []
    }
    if items.isEmpty { options.report("`\(key)` of \(options.context) is empty", for: key) }
    return items.compactMap { decode($0, diagnostics: options.diagnostics) }
  }

  /// Reads one layer: a bare name, or a name with its options; nil after a problem was reported.
  static func decode(_ value: OptionValue, diagnostics: Diagnostics) -> LayerEntry? {
    guard
      let (kind, mark, options) = OptionReader.named(
        value, what: "layer", diagnostics: diagnostics)
    else { return nil }
    guard let make = maker(of: kind) else {
      diagnostics.reportUnknown(kind, of: ("layer", "layers"), at: mark, known: kinds)
      return nil
    }
    let name = options.text("name")
    if let name {
      check(name: name, of: "a layer", at: options.value("name")?.mark, options)
    }
    let entry = LayerEntry(make(options), name: name, from: options.texts("from"), mark: mark)
    options.finish()
    return entry
  }

  /// Reports a name that would make names of tensors or `from` ambiguous.
  static func check(
    name: String, of owner: String, at mark: SourceMark?, _ options: OptionReader
  ) {
    if name.isEmpty || name.contains(where: { $0 == "." || $0 == "/" }) {
      options.diagnostics.report(
        "the name of \(owner) may not be empty or contain `.` or `/`", at: mark)
    } else if name == GraphBuilder.previous {
      options.diagnostics.report(
        "the name `\(name)` means the layer before and cannot be that of \(owner)", at: mark)
    }
  }
}
