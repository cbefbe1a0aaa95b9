@testable import Networks

/// A recurrent layer as PyTorch documents it, number by number in double.
struct RecurrentReference {
  /// What the layer gives, batch first.
  let output: [Double]
  /// The gradients of the parameters by name, of the sum of the squares of the distances to a target.
  private(set) var gradients: [String: [Double]] = [:]
  /// That of the input, batch first.
  let inputGradient: [Double]

  private typealias Sequence = [[Tape.ID]]

  init(
    kind: String, recurrence: Recurrence, time: Int, features: Int,
    parameters: [String: [Float]], input: [Float], target: [Float]
  ) {
    let tape = Tape()
    let tensors = parameters.mapValues(tape.constants)
    let numbers = tape.constants(input)
    var outputs: [Tape.ID] = []
    for sample in 0..<(input.count / (time * features)) {
      var sequence: Sequence = (0..<time).map { step in
        let start = (sample * time + step) * features
        return Array(numbers[start..<(start + features)])
      }
      var last: [Tape.ID] = []
      for layer in 0..<recurrence.layers {
        let forward = Self.states(tape, kind, sequence, tensors, "l\(layer)")
        last = forward[time - 1]
        guard recurrence.isBidirectional else {
          sequence = forward
          continue
        }
        let backward = Array(
          Self.states(tape, kind, sequence.reversed(), tensors, "l\(layer)_reverse").reversed())
        last += backward[0]
        sequence = zip(forward, backward).map { $0 + $1 }
      }
      outputs += recurrence.returnsSequences ? Array(sequence.joined()) : last
    }
    output = outputs.map(tape.value)
    let all = tape.gradients(
      of: zip(outputs, target).map { ($0, 2 * (tape.value($0) - Double($1))) })
    inputGradient = numbers.map { all[$0] }
    gradients = tensors.mapValues { $0.map { all[$0] } }
  }

  /// The states of one direction, in the order of the steps given.
  private static func states(
    _ tape: Tape, _ kind: String, _ sequence: Sequence, _ tensors: [String: [Tape.ID]],
    _ suffix: String
  ) -> Sequence {
    let inputWeight = tensors["weight_ih_\(suffix)"] ?? []
    let stateWeight = tensors["weight_hh_\(suffix)"] ?? []
    let gates = ["rnn": 1, "lstm": 4, "gru": 3][kind] ?? 0
    let units = stateWeight.count * sequence[0].count / inputWeight.count
    func sum(_ row: Int, _ weight: [Tape.ID], _ values: [Tape.ID], _ bias: String) -> Tape.ID {
      var sum = tensors["\(bias)_\(suffix)"]?[row] ?? tape.constant(0)
      for (column, value) in values.enumerated() {
        sum = tape.add(sum, tape.multiply(weight[row * values.count + column], value))
      }
      return sum
    }
    precondition(inputWeight.count == gates * units * sequence[0].count)
    var state = (0..<units).map { _ in tape.constant(0) }
    var cells = state
    return sequence.map { step in
      let before = state
      for unit in 0..<units {
        func x(_ gate: Int) -> Tape.ID { sum(gate * units + unit, inputWeight, step, "bias_ih") }
        func h(_ gate: Int) -> Tape.ID { sum(gate * units + unit, stateWeight, before, "bias_hh") }
        switch kind {
        case "rnn": state[unit] = tape.tanh(tape.add(x(0), h(0)))
        case "lstm":
          let (i, f) = (tape.sigmoid(tape.add(x(0), h(0))), tape.sigmoid(tape.add(x(1), h(1))))
          let (g, o) = (tape.tanh(tape.add(x(2), h(2))), tape.sigmoid(tape.add(x(3), h(3))))
          cells[unit] = tape.add(tape.multiply(f, cells[unit]), tape.multiply(i, g))
          state[unit] = tape.multiply(o, tape.tanh(cells[unit]))
        default:
          let (r, z) = (tape.sigmoid(tape.add(x(0), h(0))), tape.sigmoid(tape.add(x(1), h(1))))
          let n = tape.tanh(tape.add(x(2), tape.multiply(r, h(2))))
          state[unit] = tape.add(
            tape.multiply(tape.complement(z), n), tape.multiply(z, before[unit]))
        }
      }
      return state
    }
  }
}
