internal import Networks
internal import Options
internal import Tensors

/// The sum of the outputs, each multiplied by its target: a loss that asks a layer alone for the
/// gradient of any mixture of its outputs.
struct ProjectionLoss: Loss {
  static let kind = "projection"

  init() {}

  init(options: OptionReader) {}

  var isClassification: Bool { false }

  func evaluate(
    output: FloatView, target: FloatView, gradient: FloatView?, lastAxis: Int
  ) -> LossSums {
    var sums = LossSums()
    for index in 0..<output.count {
      sums.loss += Double(output[index]) * Double(target[index])
    }
    sums.weight = Double(output.count)
    sums.count = sums.weight
    gradient?.copy(from: target)
    return sums
  }
}
