internal import Tensors

/// The sizes of one direction of one recurrent layer.
package struct RecurrentForm: Sendable {
  /// The cell.
  package var cell: RecurrentCell
  /// Values of the state.
  package var units: Int
  /// Values of a step's input.
  package var features: Int
  /// Time steps.
  package var time: Int
  /// Rows of a step.
  package var batch: Int
  /// Whether the last time step comes first.
  package var isReverse: Bool
  /// Whether both products have a bias.
  package var hasBias: Bool

  /// Describes a direction.
  package init(
    cell: RecurrentCell, units: Int, features: Int, time: Int, batch: Int, isReverse: Bool,
    hasBias: Bool
  ) {
    self.cell = cell
    self.units = units
    self.features = features
    self.time = time
    self.batch = batch
    self.isReverse = isReverse
    self.hasBias = hasBias
  }

  /// Columns of the products.
  var gates: Int { cell.gateCount * units }

  /// Rows of all steps together.
  var rows: Int { time * batch }

  /// The time step that is the index-th to be computed.
  func time(of index: Int) -> Int { isReverse ? time - 1 - index : index }
}

/// Where a direction keeps what its backward pass needs.
///
/// States and cells have a slot more than time steps, for the zeros before the first step: the slot
/// before all others where time runs forward, the one behind them where it runs backward. So the
/// states before all steps are one matrix, and so are the states after them.
struct RecurrentLayout {
  /// The gates of all steps.
  let gates: Range<Int>
  /// A GRU's products of all steps; else empty.
  let products: Range<Int>
  /// Floats in all.
  let count: Int
  private let form: RecurrentForm
  private let slots: Range<Int>
  private let cellSlots: Range<Int>

  init(_ form: RecurrentForm) {
    self.form = form
    var end = 0
    func take(_ count: Int) -> Range<Int> {
      // On borders of 64 bytes, as the arena's tensors are.
      defer { end += FloatView.aligned(count) }
      return end..<(end + count)
    }
    let slotCount = (form.time + 1) * form.batch * form.units
    gates = take(form.rows * form.gates)
    products = take(form.cell.keepsProducts ? form.rows * form.gates : 0)
    slots = take(slotCount)
    cellSlots = take(form.cell.hasCells ? slotCount : 0)
    count = end
  }

  /// The states after all steps.
  var states: Range<Int> { part(of: slots, from: form.isReverse ? 0 : 1, count: form.time) }

  /// The states before all steps.
  var statesBefore: Range<Int> { part(of: slots, from: form.isReverse ? 1 : 0, count: form.time) }

  /// The state before the first step.
  var initialState: Range<Int> { part(of: slots, from: form.isReverse ? form.time : 0) }

  /// The cells before the first step.
  var initialCells: Range<Int> { part(of: cellSlots, from: form.isReverse ? form.time : 0) }

  /// The memory of a step.
  func step(_ time: Int, in kept: FloatView) -> RecurrentStep {
    let (after, before) = form.isReverse ? (time, time + 1) : (time + 1, time)
    return RecurrentStep(
      gates: kept[rows(of: gates, at: time)], products: kept[rows(of: products, at: time)],
      stateBefore: kept[part(of: slots, from: before)], state: kept[part(of: slots, from: after)],
      cellsBefore: kept[part(of: cellSlots, from: before)],
      cells: kept[part(of: cellSlots, from: after)])
  }

  private func part(of slots: Range<Int>, from slot: Int, count: Int = 1) -> Range<Int> {
    if slots.isEmpty { return slots }
    let size = form.batch * form.units
    return (slots.lowerBound + slot * size)..<(slots.lowerBound + (slot + count) * size)
  }

  private func rows(of steps: Range<Int>, at time: Int) -> Range<Int> {
    if steps.isEmpty { return steps }
    let size = form.batch * form.gates
    return (steps.lowerBound + time * size)..<(steps.lowerBound + (time + 1) * size)
  }
}
