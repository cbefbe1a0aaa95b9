#if canImport(Glibc)
  import Glibc
#endif

/// Computes with numbers in double and remembers how, so that gradients come from the chain rule alone:
/// the formulas under test are written once, forward, and no derivative by hand.
final class Tape {
  /// A number on the tape.
  typealias ID = Int

  private struct Entry {
    var value: Double
    var left: ID = 0
    var leftFactor = 0.0
    var right: ID = 0
    var rightFactor = 0.0
  }

  private var entries: [Entry] = []

  func value(_ id: ID) -> Double { entries[id].value }

  func constant(_ value: Double) -> ID { push(Entry(value: value)) }

  func constants(_ values: [Float]) -> [ID] { values.map { constant(Double($0)) } }

  func add(_ a: ID, _ b: ID) -> ID {
    push(Entry(value: value(a) + value(b), left: a, leftFactor: 1, right: b, rightFactor: 1))
  }

  func multiply(_ a: ID, _ b: ID) -> ID {
    push(
      Entry(
        value: value(a) * value(b), left: a, leftFactor: value(b), right: b, rightFactor: value(a)))
  }

  /// 1 - a.
  func complement(_ a: ID) -> ID { push(Entry(value: 1 - value(a), left: a, leftFactor: -1)) }

  func tanh(_ a: ID) -> ID {
    let y = 1 - 2 / (exp(2 * value(a)) + 1)
    return push(Entry(value: y, left: a, leftFactor: 1 - y * y))
  }

  func sigmoid(_ a: ID) -> ID {
    let y = 1 / (1 + exp(-value(a)))
    return push(Entry(value: y, left: a, leftFactor: y * (1 - y)))
  }

  /// The gradients of all numbers so far of a sum of some of them, each weighted.
  func gradients(of outputs: [(id: ID, weight: Double)]) -> [Double] {
    var gradients = [Double](repeating: 0, count: entries.count)
    for (id, weight) in outputs { gradients[id] += weight }
    for id in entries.indices.reversed() {
      let entry = entries[id]
      gradients[entry.left] += gradients[id] * entry.leftFactor
      gradients[entry.right] += gradients[id] * entry.rightFactor
    }
    return gradients
  }

  private func push(_ entry: Entry) -> ID {
    entries.append(entry)
    return entries.count - 1
  }
}
