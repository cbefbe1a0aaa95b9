internal import CKernels
package import Tensors

/// The memory of one time step of a cell, of `batch` rows.
package struct RecurrentStep {
  /// The gates [batch, gates, units]: sums, then activations, then the gradients of the sums.
  package var gates: FloatView
  /// A GRU's products with the state before [batch, 3, units], then their gradients; else empty.
  package var products: FloatView
  /// The state of the step before [batch, units].
  package var stateBefore: FloatView
  /// The state of this step [batch, units].
  package var state: FloatView
  /// An LSTM's cells of the step before [batch, units]; else empty.
  package var cellsBefore: FloatView
  /// An LSTM's cells of this step [batch, units]; else empty.
  package var cells: FloatView
}

/// What flows from the last time step to the first.
package struct RecurrentGradients {
  /// The gradient of the state that the step after gives [batch, units].
  package var state: FloatView
  /// The gradient of an LSTM's cells [batch, units]; else empty.
  package var cells: FloatView
  /// The gradient of the bias of the gates, summed over the steps; nil where there is none.
  package var bias: FloatView?
  /// As `bias` for a GRU's products; unused elsewhere.
  package var productsBias: FloatView?
}

/// The cells: what becomes of the gates of one time step.
///
/// Formulas and the order of gates are those of PyTorch's `nn.RNN` (tanh), `nn.LSTM` and `nn.GRU`.
/// References: "Long Short-Term Memory", Hochreiter and Schmidhuber, 1997; "Learning Phrase
/// Representations using RNN Encoder-Decoder", Cho et al., 2014. The GRU differs from the latter as
/// PyTorch does: its reset gate acts on the product with the state, not on the state.
package enum RecurrentCell: Sendable {
  /// state = tanh(sum).
  case rnn
  /// Gates i, f, g, o; cells = f cells + i g; state = o tanh(cells).
  case lstm
  /// Gates r, z, n; state = (1 - z) n + z state, with n = tanh(sum + r product).
  case gru

  /// Gates for each unit.
  package var gateCount: Int {
    switch self {
    case .rnn: 1
    case .lstm: 4
    case .gru: 3
    }
  }

  /// Whether the cell carries more than its state.
  package var hasCells: Bool { self == .lstm }

  /// Whether the products with the state stay apart from the sums over the input.
  package var keepsProducts: Bool { self == .gru }

  /// Computes the activations of the gates, the cells and the state of a step.
  package func forward(_ step: RecurrentStep, units: Int) {
    let rows = step.state.count / units
    switch self {
    case .rnn:
      Activation(.tanh).forward(step.gates, into: step.state)
    case .lstm:
      unsafe ck_lstm_forward(
        step.gates.pointer, step.cellsBefore.pointer, step.cells.pointer, step.state.pointer,
        rows, units)
    case .gru:
      unsafe ck_gru_forward(
        step.gates.pointer, step.products.pointer, step.stateBefore.pointer, step.state.pointer,
        rows, units)
    }
  }

  /// Computes the gradients of a step's gates and products in place of these, and what flows on to the
  /// step before: of the cells all, of the state what does not pass through the products.
  ///
  /// - Parameters:
  ///   - step: the step as the forward pass left it.
  ///   - outputGradient: the gradient of the state from above, from its first element on.
  ///   - stride: the distance of two rows there.
  ///   - gradients: what comes from the step after.
  ///   - units: units of the cell.
  package func backward(
    _ step: RecurrentStep, outputGradient: FloatView, stride: Int,
    gradients: RecurrentGradients, units: Int
  ) {
    let rows = step.state.count / units
    assert(outputGradient.count >= (rows - 1) * stride + units)
    switch self {
    case .rnn:
      unsafe ck_rnn_backward(
        step.state.pointer, gradients.state.pointer, outputGradient.pointer, stride,
        step.gates.pointer, gradients.bias?.pointer, rows, units)
    case .lstm:
      unsafe ck_lstm_backward(
        step.gates.pointer, step.cellsBefore.pointer, step.cells.pointer, gradients.state.pointer,
        outputGradient.pointer, stride, gradients.cells.pointer, gradients.bias?.pointer, rows,
        units)
    case .gru:
      unsafe ck_gru_backward(
        step.gates.pointer, step.products.pointer, step.stateBefore.pointer,
        gradients.state.pointer, outputGradient.pointer, stride, gradients.bias?.pointer,
        gradients.productsBias?.pointer, rows, units)
    }
  }
}
