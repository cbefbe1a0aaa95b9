import Foundation

/// Attention and its gradients written out in double precision, with all scores in memory.
struct AttentionReference {
  var batch: Int
  var heads: Int
  var features: Int
  var queries: Int
  var keys: Int
  var isCausal: Bool
  /// What the probability of (sample, head, query, key) is multiplied by.
  var dropoutFactor: (Int, Int, Int, Int) -> Double = { _, _, _, _ in 1 }

  /// The parameters, or their gradients.
  struct Parameters {
    var inWeight: [Double]
    var inBias: [Double]
    var outWeight: [Double]
    var outBias: [Double]
  }

  struct Result {
    var output: [Double]
    var gradients: Parameters
    var queryGradient: [Double]
    /// Of the keys' and values' input.
    var keyGradient: [Double]
  }

  /// Rows times a part of a weight [.., features], plus a part of a bias.
  private func project(
    _ x: [Double], _ weight: [Double], _ bias: [Double], from first: Int
  ) -> [Double] {
    var y: [Double] = []
    for row in 0..<(x.count / features) {
      for output in first..<(first + features) {
        var sum = bias[output]
        for f in 0..<features { sum += x[row * features + f] * weight[output * features + f] }
        y.append(sum)
      }
    }
    return y
  }

  /// Adds the gradients of ``project(_:_:_:from:)``.
  private func projectBackward(
    _ dy: [Double], _ x: [Double], _ weight: [Double], from first: Int,
    dx: inout [Double], dWeight: inout [Double], dBias: inout [Double]
  ) {
    for row in 0..<(x.count / features) {
      for o in 0..<features {
        let d = dy[row * features + o]
        dBias[first + o] += d
        for f in 0..<features {
          dWeight[(first + o) * features + f] += d * x[row * features + f]
          dx[row * features + f] += d * weight[(first + o) * features + f]
        }
      }
    }
  }

  /// The probabilities of one query in one head.
  private func probabilities(
    _ q: [Double], _ k: [Double], sample: Int, head: Int, query: Int
  ) -> [Double] {
    let size = features / heads
    let seen = isCausal ? min(query + 1, keys) : keys
    let at = (sample * queries + query) * features + head * size
    let scores = (0..<seen).map { key in
      let other = (sample * keys + key) * features + head * size
      return (0..<size).reduce(0.0) { $0 + q[at + $1] * k[other + $1] } / Double(size).squareRoot()
    }
    let largest = scores.max() ?? 0
    let powers = scores.map { exp($0 - largest) }
    let total = powers.reduce(0, +)
    return powers.map { $0 / total }
  }

  /// Forward, and backward from the gradient that the output gives rise to.
  ///
  /// - Parameters:
  ///   - x: the queries' input, [batch, queries, features].
  ///   - other: the keys' and values' input, [batch, keys, features].
  ///   - parameters: the parameters.
  ///   - outputGradient: the gradient of the output, from the output.
  /// - Returns: the output and all gradients.
  func run(
    _ x: [Double], _ other: [Double], _ parameters: Parameters,
    outputGradient: ([Double]) -> [Double]
  ) -> Result {
    let size = features / heads
    let q = project(x, parameters.inWeight, parameters.inBias, from: 0)
    let k = project(other, parameters.inWeight, parameters.inBias, from: features)
    let v = project(other, parameters.inWeight, parameters.inBias, from: 2 * features)
    var mixed = [Double](repeating: 0, count: x.count)
    forEachQuery { sample, head, query in
      let p = probabilities(q, k, sample: sample, head: head, query: query)
      for key in p.indices {
        let d = p[key] * dropoutFactor(sample, head, query, key)
        for c in 0..<size {
          mixed[(sample * queries + query) * features + head * size + c] +=
            d * v[(sample * keys + key) * features + head * size + c]
        }
      }
    }
    let output = project(mixed, parameters.outWeight, parameters.outBias, from: 0)
    let dy = outputGradient(output)

    let zeros = [Double](repeating: 0, count: x.count)
    let keyZeros = [Double](repeating: 0, count: other.count)
    var gradients = Parameters(
      inWeight: parameters.inWeight.map { _ in 0 }, inBias: parameters.inBias.map { _ in 0 },
      outWeight: parameters.outWeight.map { _ in 0 }, outBias: parameters.outBias.map { _ in 0 })
    var dMixed = zeros
    projectBackward(
      dy, mixed, parameters.outWeight, from: 0, dx: &dMixed, dWeight: &gradients.outWeight,
      dBias: &gradients.outBias)
    var (dq, dk, dv) = (zeros, keyZeros, keyZeros)
    forEachQuery { sample, head, query in
      let p = probabilities(q, k, sample: sample, head: head, query: query)
      let at = (sample * queries + query) * features + head * size
      func place(_ key: Int) -> Int { (sample * keys + key) * features + head * size }
      let factors = p.indices.map { dropoutFactor(sample, head, query, $0) }
      let dp = p.indices.map { key in
        (0..<size).reduce(0.0) { $0 + dMixed[at + $1] * v[place(key) + $1] } * factors[key]
      }
      let mean = zip(p, dp).reduce(0.0) { $0 + $1.0 * $1.1 }
      for key in p.indices {
        let ds = p[key] * (dp[key] - mean) / Double(size).squareRoot()
        for c in 0..<size {
          dq[at + c] += ds * k[place(key) + c]
          dk[place(key) + c] += ds * q[at + c]
          dv[place(key) + c] += p[key] * factors[key] * dMixed[at + c]
        }
      }
    }
    var (dx, dOther) = (zeros, keyZeros)
    projectBackward(
      dq, x, parameters.inWeight, from: 0, dx: &dx, dWeight: &gradients.inWeight,
      dBias: &gradients.inBias)
    for (d, first) in [(dk, features), (dv, 2 * features)] {
      projectBackward(
        d, other, parameters.inWeight, from: first, dx: &dOther, dWeight: &gradients.inWeight,
        dBias: &gradients.inBias)
    }
    return Result(output: output, gradients: gradients, queryGradient: dx, keyGradient: dOther)
  }

  private func forEachQuery(_ body: (Int, Int, Int) -> Void) {
    for sample in 0..<batch {
      for head in 0..<heads {
        for query in 0..<queries { body(sample, head, query) }
      }
    }
  }
}
