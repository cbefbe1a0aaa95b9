package import Tensors

/// One direction of one recurrent layer, over all time steps of a batch.
///
/// Read ``RecurrentCell`` first. All buffers are time-major, [time, batch, ...]: the rows of a step lie
/// together, and those of all steps are one matrix. So the input costs one product for all steps, and
/// the state one a step; backward, the state costs one a step too, and everything else one for all.
/// oneDNN's own LSTM is not used: in float32 its version 2.6 has but a slow reference.
package final class RecurrentDirection {
  /// What becomes of the gradient of the input.
  package enum InputGradient: Sendable {
    /// It is not wanted.
    case none
    /// It is written over what was there.
    case written
    /// It is added to what another direction wrote.
    case added
  }

  /// The parameters, or their gradients.
  package struct Parameters {
    /// [gates, features].
    let inputWeight: FloatView
    /// [gates, units].
    let stateWeight: FloatView
    /// [gates]; nil where there is none.
    let inputBias: FloatView?
    /// [gates]; nil where there is none.
    let stateBias: FloatView?

    /// Takes PyTorch's order: the two weights, then the two biases if there are any.
    ///
    /// - Parameters:
    ///   - hasBias: whether there are biases.
    ///   - view: gives the tensors, counted from 0.
    package init(hasBias: Bool, _ view: (Int) -> FloatView) {
      inputWeight = view(0)
      stateWeight = view(1)
      inputBias = hasBias ? view(2) : nil
      stateBias = hasBias ? view(3) : nil
    }
  }

  /// Where the gradients of the states from above lie.
  package struct OutputGradients {
    let view: FloatView
    let timeStride: Int?
    let rowStride: Int

    /// Describes where they lie.
    ///
    /// - Parameters:
    ///   - view: begins with the first row of time step 0.
    ///   - timeStride: the distance of two time steps; nil where only the last state to be computed
    ///     has a gradient, which then stands at the beginning.
    ///   - rowStride: the distance of two rows.
    package init(_ view: FloatView, timeStride: Int?, rowStride: Int) {
      self.view = view
      self.timeStride = timeStride
      self.rowStride = rowStride
    }
  }

  /// The products of the backward pass.
  private struct GradientProducts {
    let state: Matmul
    let input: Matmul?
    let inputWeight: Matmul
    let stateWeight: Matmul
  }

  /// Floats that the forward pass leaves for the backward pass and for the layer above.
  package let keptCount: Int
  /// Floats used within one call.
  package let scratchCount: Int

  private let form: RecurrentForm
  private let layout: RecurrentLayout
  private let inputProduct: Matmul
  private let stateProduct: Matmul
  private let gradients: GradientProducts?
  /// Where the gradients that flow through time begin, behind the packed weight.
  private let flowStart: Int

  /// Prepares the products.
  ///
  /// - Parameters:
  ///   - form: the sizes.
  ///   - isTraining: whether a backward pass follows.
  ///   - inputGradient: what becomes of the gradient of the input.
  ///   - stream: the thread's stream.
  /// - Throws: ``OperatorError`` where oneDNN refuses one.
  package init(
    _ form: RecurrentForm, isTraining: Bool, inputGradient: InputGradient, stream: ComputeStream
  ) throws(OperatorError) {
    self.form = form
    layout = RecurrentLayout(form)
    keptCount = layout.count
    inputProduct = try Matmul(
      rows: form.rows, columns: form.gates, inner: form.features, rightIsTransposed: true,
      hasBias: form.hasBias, stream: stream)
    stateProduct = try Matmul(
      rows: form.batch, columns: form.gates, inner: form.units, rightIsTransposed: true,
      hasBias: form.hasBias, accumulates: !form.cell.keepsProducts, packsRight: true,
      stream: stream)
    gradients =
      isTraining ? try Self.prepareGradients(form, inputGradient, stream) : nil
    let packedCount = max(stateProduct.packing?.count ?? 0, gradients?.state.packing?.count ?? 0)
    flowStart = FloatView.aligned(packedCount)
    scratchCount = flowStart + (isTraining ? 2 * form.batch * form.units : 0)
  }

  private static func prepareGradients(
    _ form: RecurrentForm, _ inputGradient: InputGradient, _ stream: ComputeStream
  ) throws(OperatorError) -> GradientProducts {
    GradientProducts(
      state: try Matmul(
        rows: form.batch, columns: form.units, inner: form.gates,
        accumulates: form.cell.keepsProducts, packsRight: true, stream: stream),
      input: inputGradient == .none
        ? nil
        : try Matmul(
          rows: form.rows, columns: form.features, inner: form.gates,
          accumulates: inputGradient == .added, stream: stream),
      inputWeight: try Matmul(
        rows: form.gates, columns: form.features, inner: form.rows, leftIsTransposed: true,
        stream: stream),
      stateWeight: try Matmul(
        rows: form.gates, columns: form.units, inner: form.rows, leftIsTransposed: true,
        stream: stream))
  }

  /// The states of all time steps within what the forward pass kept: [time, batch, units].
  package func states(in kept: FloatView) -> FloatView { kept[layout.states] }

  /// Computes the states.
  ///
  /// - Parameters:
  ///   - input: [time, batch, features].
  ///   - parameters: the parameters.
  ///   - kept: ``keptCount`` floats to be written.
  ///   - scratch: ``scratchCount`` floats.
  package func forward(
    _ input: FloatView, parameters: Parameters, kept: FloatView, scratch: FloatView
  ) {
    guard let packing = stateProduct.packing else { return }
    inputProduct.execute(
      input, parameters.inputWeight, bias: parameters.inputBias, into: kept[layout.gates])
    kept[layout.initialState].fill(with: 0)
    kept[layout.initialCells].fill(with: 0)
    let packed = scratch[0..<packing.count]
    packing.execute(parameters.stateWeight, into: packed)
    for index in 0..<form.time {
      let step = layout.step(form.time(of: index), in: kept)
      stateProduct.execute(
        step.stateBefore, packed, bias: parameters.stateBias, into: productsOrGates(of: step))
      form.cell.forward(step, units: form.units)
    }
  }

  /// Computes the gradients of all parameters; the gates in `kept` become their own gradients.
  ///
  /// - Parameters:
  ///   - input: the forward pass's input.
  ///   - parameters: the parameters.
  ///   - outputGradients: the gradients of the states from above.
  ///   - parameterGradients: where the gradients go, to be overwritten.
  ///   - kept: what the forward pass wrote.
  ///   - scratch: ``scratchCount`` floats.
  package func backward(
    _ input: FloatView, parameters: Parameters, outputGradients: OutputGradients,
    parameterGradients: Parameters, kept: FloatView, scratch: FloatView
  ) {
    guard let gradients else { return }
    flowBack(
      outputGradients, stateWeight: parameters.stateWeight, biasGradients: parameterGradients,
      kept: kept, scratch: scratch)
    let gates = kept[layout.gates]
    gradients.inputWeight.execute(gates, input, into: parameterGradients.inputWeight)
    gradients.stateWeight.execute(
      form.cell.keepsProducts ? kept[layout.products] : gates, kept[layout.statesBefore],
      into: parameterGradients.stateWeight)
  }

  /// Computes the gradient of the input from what the backward pass left.
  ///
  /// - Parameters:
  ///   - parameters: the parameters.
  ///   - destination: [time, batch, features].
  ///   - kept: what the backward pass wrote.
  package func inputGradient(
    parameters: Parameters, into destination: FloatView, kept: FloatView
  ) {
    gradients?.input?.execute(kept[layout.gates], parameters.inputWeight, into: destination)
  }

  /// Turns the gates of all steps into their gradients, from the last step to the first.
  private func flowBack(
    _ outputGradients: OutputGradients, stateWeight: FloatView, biasGradients: Parameters,
    kept: FloatView, scratch: FloatView
  ) {
    guard let product = gradients?.state, let packing = product.packing else { return }
    let packed = scratch[0..<packing.count]
    packing.execute(stateWeight, into: packed)
    let count = form.batch * form.units
    let flow = RecurrentGradients(
      state: scratch[flowStart..<(flowStart + count)],
      cells: scratch[(flowStart + count)..<(flowStart + 2 * count)],
      bias: biasGradients.inputBias, productsBias: biasGradients.stateBias)
    flow.state.fill(with: 0)
    flow.cells.fill(with: 0)
    flow.bias?.fill(with: 0)
    flow.productsBias?.fill(with: 0)
    for index in (0..<form.time).reversed() {
      let step = layout.step(form.time(of: index), in: kept)
      let (outputGradient, stride) = outputGradient(index, of: outputGradients, kept: kept)
      form.cell.backward(
        step, outputGradient: outputGradient, stride: stride, gradients: flow, units: form.units)
      if index > 0 { product.execute(productsOrGates(of: step), packed, into: flow.state) }
    }
    if !form.cell.keepsProducts, let bias = flow.bias { flow.productsBias?.copy(from: bias) }
  }

  /// The gradient of the index-th state to be computed, from its first row on, and the distance of two
  /// rows.
  private func outputGradient(
    _ index: Int, of gradients: OutputGradients, kept: FloatView
  ) -> (FloatView, stride: Int) {
    let view = gradients.view
    if let timeStride = gradients.timeStride {
      return (view[(form.time(of: index) * timeStride)..<view.count], gradients.rowStride)
    }
    if index == form.time - 1 { return (view, gradients.rowStride) }
    // The zeros before the first step stand in for the gradient that is not there.
    return (kept[layout.initialState], form.units)
  }

  /// Where the product with the state goes, and where its gradient comes from.
  private func productsOrGates(of step: RecurrentStep) -> FloatView {
    form.cell.keepsProducts ? step.products : step.gates
  }
}
