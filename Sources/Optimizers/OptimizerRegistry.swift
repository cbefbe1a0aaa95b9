public import Options

/// All optimizers by name.
public enum OptimizerRegistry {
  /// The optimizers, one line each; the order is that of messages.
  private static var types: [any Optimizer.Type] {
    [
      SGD.self,
      Adam.self,
      AdamW.self,
      NAdam.self,
      RMSprop.self,
      Adagrad.self,
      Adadelta.self,
      LARS.self,
      LAMB.self,
    ]
  }

  /// The names of all optimizers.
  public static var kinds: [String] { types.map { $0.kind } }

  /// Reads an optimizer from the forms `adam` and `adam: {learning_rate: 1e-3}`.
  ///
  /// - Parameters:
  ///   - value: the value of the key `optimizer`.
  ///   - diagnostics: where problems go.
  /// - Returns: the optimizer, its wrong options replaced by harmless ones; nil where the name is
  ///   wrong. Both are reported.
  public static func decode(
    _ value: OptionValue, diagnostics: Diagnostics
  ) -> (any Optimizer)? {
    guard
      let (name, mark, options) = OptionReader.named(
        value, what: "optimizer", diagnostics: diagnostics)
    else { return nil }
    if let type = types.first(where: { $0.kind == name }) { return type.init(options: options) }
    diagnostics.reportUnknown(name, of: ("optimizer", "optimizers"), at: mark, known: kinds)
    return nil
  }
}
