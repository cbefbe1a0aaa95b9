import CKernels
import Glibc
import Testing

/// Cross entropy by PyTorch's definition, in double: the sum over rows and its gradient.
private func reference(
  _ logits: [Float], _ labels: [Float], weights: [Float]?, smoothing: Double, classes: Int
) -> (loss: Double, weight: Double, gradient: [Double]) {
  let weights = weights?.map(Double.init) ?? [Double](repeating: 1, count: classes)
  var (loss, weight, gradient) = (0.0, 0.0, [Double]())
  for (row, label) in labels.enumerated() {
    let x = logits[(row * classes)..<((row + 1) * classes)].map(Double.init)
    let top = x.max() ?? 0
    let logSum = top + log(x.reduce(0) { $0 + exp($1 - top) })
    let labelWeight = weights[Int(label)]
    var pull = [Double](repeating: 0, count: classes)  // what multiplies -log p of each class
    for k in 0..<classes { pull[k] = smoothing / Double(classes) * weights[k] }
    pull[Int(label)] += (1 - smoothing) * labelWeight
    let total = pull.reduce(0, +)
    for k in 0..<classes {
      loss += pull[k] * (logSum - x[k])
      gradient.append(total * exp(x[k] - logSum) - pull[k])
    }
    weight += labelWeight
  }
  return (loss, weight, gradient)
}

@Suite struct CrossEntropyTests {
  private func labels(_ rows: Int, _ classes: Int) -> [Float] {
    (0..<rows).map { Float(($0 * 7 + 3) % classes) }
  }

  @Test("two equal logits lose log 2 and pull half each")
  func byHand() {
    var gradient: [Float] = [9, 9]
    let result = unsafe ck_cross_entropy([1, 1], [1], nil, 0, &gradient, 1, 2)
    #expect(abs(result.loss - 0.693_147_18) < 1e-7)
    #expect(result.weight == 1)
    #expect(result.correct == 0)  // the first of equal logits is the prediction
    #expect(gradient == [0.5, -0.5])
  }

  @Test(
    "loss and gradient follow PyTorch's definition",
    arguments: [(1, 2), (5, 10), (16, 10), (37, 10), (3, 64), (3, 65), (5, 100), (2, 1_000)],
    [0, 0.1])
  func followsDefinition(shape: (rows: Int, classes: Int), smoothing: Double) {
    let (rows, classes) = shape
    let x = numbers(rows * classes, seed: 1, scale: 5), y = labels(rows, classes)
    for weights in [nil, numbers(classes, seed: 2).map { abs($0) + 0.1 }] {
      let expected = reference(x, y, weights: weights, smoothing: smoothing, classes: classes)
      var gradient = [Float](repeating: .nan, count: x.count)
      let result =
        if let weights {
          unsafe ck_cross_entropy(x, y, weights, Float(smoothing), &gradient, rows, classes)
        } else {
          unsafe ck_cross_entropy(x, y, nil, Float(smoothing), &gradient, rows, classes)
        }
      #expect(abs(result.loss - expected.loss) < 2e-6 * (1 + expected.loss))
      #expect(abs(result.weight - expected.weight) < 1e-6 * (1 + expected.weight))
      for (value, exact) in zip(gradient, expected.gradient) {
        #expect(abs(Double(value) - exact) < 1e-6)
      }
    }
  }

  @Test(
    "evaluation without a gradient, and in place, give the same bits", arguments: [10, 64, 65, 90])
  func withoutGradient(classes: Int) {
    let x = numbers(21 * classes, seed: 3, scale: 6), y = labels(21, classes)
    var gradient = x, inPlace = x
    let result = unsafe ck_cross_entropy(x, y, nil, 0.05, &gradient, 21, classes)
    #expect(unsafe ck_cross_entropy(x, y, nil, 0.05, nil, 21, classes).loss == result.loss)
    let other = unsafe inPlace.withUnsafeMutableBufferPointer { buffer in
      unsafe ck_cross_entropy(buffer.baseAddress, y, nil, 0.05, buffer.baseAddress, 21, classes)
    }
    #expect(other.loss == result.loss && other.correct == result.correct)
    #expect(bits(inPlace) == bits(gradient))
  }

  @Test("a row's gradient does not depend on the rows around it", arguments: [10, 70])
  func rowsAreIndependent(classes: Int) {
    let x = numbers(40 * classes, seed: 4, scale: 3), y = labels(40, classes)
    var all = x
    _ = unsafe ck_cross_entropy(x, y, nil, 0, &all, 40, classes)
    for row in 0..<40 {
      let range = (row * classes)..<((row + 1) * classes)
      var alone = Array(x[range])
      _ = unsafe ck_cross_entropy(Array(x[range]), [y[row]], nil, 0, &alone, 1, classes)
      #expect(bits(alone) == bits(Array(all[range])))
    }
  }

  @Test("the first of the largest logits is the prediction", arguments: [3, 80])
  func prediction(classes: Int) {
    var x = [Float](repeating: 0, count: 3 * classes)
    (x[1], x[2]) = (5, 5)
    (x[classes + 1], x[classes + 2]) = (5, 5)
    x[2 * classes + 2] = 5
    let result = unsafe ck_cross_entropy(x, [1, 2, 2], nil, 0, nil, 3, classes)
    #expect(result.correct == 2)
  }

  @Test("large logits stay finite, and NaN shows", arguments: [4, 80])
  func extremes(classes: Int) {
    var x = [Float](repeating: -1e4, count: classes)
    x[1] = 1e4
    var gradient = x
    let right = unsafe ck_cross_entropy(x, [1], nil, 0, &gradient, 1, classes)
    #expect(right.loss == 0 && right.correct == 1)
    #expect(gradient.allSatisfy { $0 == 0 })
    let wrong = unsafe ck_cross_entropy(x, [2], nil, 0, &gradient, 1, classes)
    #expect(wrong.loss == 2e4)
    #expect(gradient[1] == 1 && gradient[2] == -1)
    x[3] = .nan
    #expect(unsafe ck_cross_entropy(x, [1], nil, 0, nil, 1, classes).loss.isNaN)
  }

  @Test("a label that is no class makes the loss NaN", arguments: [Float(-1), 4, 1.5, .nan, 1e30])
  func wrongLabel(label: Float) {
    var gradient: [Float] = [0, 0, 0, 0]
    let result = unsafe ck_cross_entropy([1, 2, 3, 4], [label], nil, 0, &gradient, 1, 4)
    #expect(result.loss.isNaN && result.correct == 0)
    let many = [Float](repeating: 0, count: 70)
    var manyGradient = many
    let label = label == 4 ? 70 : label
    #expect(unsafe ck_cross_entropy(many, [label], nil, 0, &manyGradient, 1, 70).loss.isNaN)
  }

  @Test("no rows lose nothing")
  func empty() {
    let result = unsafe ck_cross_entropy([], [], nil, 0, nil, 0, 10)
    #expect(result.loss == 0 && result.weight == 0)
  }
}
