internal import Operators
internal import Tensors

/// Where a recurrent layer's buffers lie within the memory that its node was given.
///
/// What the backward pass needs lies in the saved memory. A program that only predicts has none: there
/// it lies in the scratch memory, and all directions share one place, since each is done with its own
/// before the next begins. (The layer above reads the states below in its first product, before it
/// writes its own in their place.)
struct RecurrentPlan {
  /// The input [time, batch, features], in the saved memory as all that follows up to `joined`.
  let input: Range<Int>
  /// What each direction keeps, layer by layer.
  private(set) var kept: [[Range<Int>]] = []
  /// Both directions' states of each layer but the last [time, batch, 2 units]; empty where there is
  /// one direction.
  private(set) var joined: [Range<Int>] = []
  /// What a direction uses within one call, in the scratch memory as all that follows.
  let work: Range<Int>
  /// The gradient of a layer's input [time, batch, features], for layers of any number of features.
  let inputGradient: Range<Int>
  /// Floats of the saved memory.
  let savedCount: Int
  /// Floats of the scratch memory.
  let scratchCount: Int

  init(
    _ recurrence: Recurrence, directions: [[RecurrentDirection]], rows: Int, inputFeatures: Int,
    isTraining: Bool, needsInputGradient: Bool
  ) {
    var end = 0
    func take(_ count: Int) -> Range<Int> {
      // On borders of 64 bytes, as the arena's tensors are.
      defer { end += FloatView.aligned(count) }
      return end..<(end + count)
    }
    input = take(rows * inputFeatures)
    let shared = isTraining ? nil : take(directions[0][0].keptCount)
    for layer in directions {
      kept.append(layer.map { shared ?? take($0.keptCount) })
    }
    if recurrence.isBidirectional {
      joined = directions.dropLast().map { _ in take(rows * recurrence.outputFeatures) }
    }
    savedCount = isTraining ? end : 0
    if isTraining { end = 0 }
    work = take(directions.joined().map(\.scratchCount).max() ?? 0)
    let above = isTraining && recurrence.layers > 1 ? recurrence.outputFeatures : 0
    inputGradient = take(rows * max(above, needsInputGradient ? inputFeatures : 0))
    scratchCount = end
  }
}
