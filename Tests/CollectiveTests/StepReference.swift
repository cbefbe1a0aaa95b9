import CKernels
import Tensors

@testable import DataParallelism

/// A training without network.
///
/// Gradients are a pure function of shard, step and parameters, and a momentum
/// step follows. Done here by one thread, with the additions written out.
struct FakeTraining: Hashable, Sendable {
  var count: Int
  var shards: Int
  var clips: Bool
  var steps = 3
  /// Whether gradients and their sums are rounded to bfloat16.
  var rounds = false
  /// Whether there are tensors of several sizes and axes; `count` says nothing then.
  var isMixed = false

  static let table: [Float] = {
    let stream = RandomStream(seed: 3, purpose: .noise)
    return (0..<4099).map { RandomStream.unit(stream.words(UInt32($0)).0) - 0.5 }
  }()

  var arena: ArenaLayout {
    if isMixed { return Self.mixedArena }
    return ArenaLayout(executionOrder: [
      ("a", [count / 3]), ("b", [count - (count / 3 + 15) / 16 * 16]),
    ])
  }

  /// Tensors within a chunk, across the border of two, and over several.
  static let mixedArena = ArenaLayout(executionOrder: [
    ("one.weight", [40, 7]), ("one.bias", [40]), ("two.weight", [130, 70]), ("two.bias", [130]),
    ("three.weight", [64, 64]), ("three.bias", [5000]), ("four.weight", [3, 3]),
  ])

  /// The nearest number that a bfloat16 holds, ties to even.
  static func rounded(_ x: Float) -> Float {
    let bits = x.bitPattern
    return Float(bitPattern: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000)
  }

  static func initial(_ index: Int) -> Float { table[index % 4099] }

  /// One shard's gradient, into a buffer that holds anything.
  func gradient(shard: Int, step: Int, parameters: FloatView, into gradient: FloatView) {
    let table = Self.table
    for entry in arena.entries {
      let (own, old) = unsafe (gradient[entry.range].pointer, parameters[entry.range].pointer)
      var position = (shard * 577 + step * 101 + entry.offset) % 4099
      for index in 0..<entry.range.count {
        unsafe own[index] = table[position] + 0.125 * old[index]
        position = position == 4098 ? 0 : position + 1
      }
    }
  }

  func record(shard: Int, step: Int) -> ShardRecord {
    ShardRecord(
      loss: 0.1 * Double(shard) + Double(step), weight: 3, correct: 1.0 / Double(shard + 1),
      squaredError: 0.3, absoluteError: 0.7, count: UInt64(shard))
  }

  /// A momentum step on a run of elements.
  static func update(
    _ parameters: FloatView, _ momentum: FloatView, _ gradient: FloatView, scale: Float
  ) {
    let (p, m, g) = unsafe (parameters.pointer, momentum.pointer, gradient.pointer)
    for index in 0..<gradient.count {
      unsafe m[index] = 0.9 * m[index] + g[index] * scale
      unsafe p[index] -= 0.01 * m[index]
    }
  }

  /// The scale of an update: mean over samples, clipped to a norm of 1.
  static func scale(weight: Double, norm: Double?) -> Float {
    let mean = 1 / weight
    guard let norm else { return Float(mean) }
    return Float(mean * min(1, 1 / (norm * mean + 1e-6)))
  }

  struct Result: Sendable {
    let parameters: [Float]
    let momentum: [Float]
    let norm: Double
    let totals: ShardRecord
  }

  /// Adds values by strides 1, 2, 4 and so on.
  static func strideDoubling<Value>(_ values: [Value], _ add: (Value, Value) -> Value) -> Value {
    var values = values
    var stride = 1
    while stride < values.count {
      for index in Swift.stride(from: 0, to: values.count - stride, by: 2 * stride) {
        values[index] = add(values[index], values[index + stride])
      }
      stride *= 2
    }
    return values[0]
  }

  /// All shards' gradients, added by one thread.
  func sumOfGradients(step: Int, parameters: FloatView) -> FloatStorage {
    let arena = arena
    let gradients = (0..<shards).map { shard in
      let storage = FloatStorage(count: arena.count)
      gradient(shard: shard, step: step, parameters: parameters, into: storage.view)
      for index in 0..<arena.count where rounds {
        storage.view[index] = Self.rounded(storage.view[index])
      }
      return storage
    }
    return Self.strideDoubling(gradients) { left, right in
      let (a, b) = unsafe (left.view.pointer, right.view.pointer)
      for index in 0..<arena.count {
        unsafe a[index] += b[index]
        if rounds { unsafe a[index] = Self.rounded(a[index]) }
      }
      return left
    }
  }

  /// The norm of some tensors, each cut at the multiples of 4096 that lie in it.
  static func norm(of view: FloatView, over entries: [ArenaEntry]) -> Double {
    let squares = entries.flatMap { entry in
      let borders = stride(from: 0, to: entry.range.upperBound, by: 4096).filter {
        $0 > entry.range.lowerBound
      }
      return zip([entry.range.lowerBound] + borders, borders + [entry.range.upperBound]).map {
        unsafe ck_sum_squares(view.pointer + $0, $1 - $0)
      }
    }
    return strideDoubling(squares, +).squareRoot()
  }

  /// The whole training by one thread.
  func reference() -> Result {
    let arena = arena
    let parameters = FloatStorage(count: arena.count)
    let momentum = FloatStorage(count: arena.count)
    for entry in arena.entries {
      for index in entry.range { parameters.view[index] = Self.initial(index) }
    }
    var norm = 0.0
    var totals = ShardRecord()
    for step in 0..<steps {
      let sum = sumOfGradients(step: step, parameters: parameters.view)
      norm = Self.norm(of: sum.view, over: arena.entries)
      totals = Self.strideDoubling((0..<shards).map { record(shard: $0, step: step) }, +)
      let scale = Self.scale(weight: totals.weight, norm: clips ? norm : nil)
      Self.update(parameters.view, momentum.view, sum.view, scale: scale)
    }
    return Result(
      parameters: parameters.view.array, momentum: momentum.view.array, norm: norm, totals: totals)
  }
}
