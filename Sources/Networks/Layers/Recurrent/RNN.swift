internal import Operators
public import Options

/// A plain recurrent layer: state = tanh(input W_ih^T + b_ih + state W_hh^T + b_hh), from zeros on.
///
/// Reference: "Finding Structure in Time", Elman, 1990; names and layouts are those of PyTorch's
/// `nn.RNN`.
public struct RNN: RecurrentLayer {
  /// The name in a configuration, `rnn`.
  public var kind: String { "rnn" }
  /// The options.
  public let recurrence: Recurrence
  var cell: RecurrentCell { .rnn }

  /// A plain recurrent layer.
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
