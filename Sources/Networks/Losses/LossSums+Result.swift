internal import Operators

extension LossSums {
  /// Takes a kernel's sums and the number of predictions they are over.
  init(_ result: LossFunctions.Result, count: Int) {
    self.init()
    loss = result.loss
    weight = result.weight
    correct = result.correct
    squaredError = result.squaredError
    absoluteError = result.absoluteError
    self.count = Double(count)
  }
}
