internal import Operators
public import Options

/// A layer of long short-term memory: gates decide what its cells forget, take in and show.
///
/// Its state and cells start from zeros. Reference: "Long Short-Term Memory", Hochreiter and
/// Schmidhuber, 1997; names, layouts and the order of gates (i, f, g, o) are those of PyTorch's
/// `nn.LSTM`.
public struct LSTM: RecurrentLayer {
  /// The name in a configuration, `lstm`.
  public var kind: String { "lstm" }
  /// The options.
  public let recurrence: Recurrence
  var cell: RecurrentCell { .lstm }

  /// A layer of long short-term memory.
  ///
  /// - Parameters:
  ///   - units: values of the state of each direction, at least 1.
  ///   - layers: layers, each taking the states of the one before; at least 1.
  ///   - bidirectional: whether a second direction reads the sequence from its end; both states are
  ///     joined.
  ///   - returnSequences: whether the states of all time steps are given [time, units], or the last
  ///     to be computed of each direction [units].
  ///   - bias: whether biases are added.
  ///   - initializer: how the weights start, uniform within ±1 / sqrt(units) by default.
  ///   - biasInitializer: how the biases start, by default as the weights do by default.
  public init(
    _ units: Int, layers: Int = 1, bidirectional: Bool = false, returnSequences: Bool = true,
    bias: Bool = true, initializer: Initializer? = nil, biasInitializer: Initializer? = nil
  ) {
    recurrence = Recurrence(
      units: units, layers: layers, bidirectional: bidirectional,
      returnSequences: returnSequences, bias: bias, initializer: initializer,
      biasInitializer: biasInitializer)
  }

  /// Reads `units`, `layers`, `bidirectional`, `return_sequences`, `bias`, `initializer` and
  /// `bias_initializer`.
  public init(options: OptionReader) {
    recurrence = Recurrence(options: options)
  }
}
