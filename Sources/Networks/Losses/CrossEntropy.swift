internal import Operators
public import Options
public import Tensors

/// Cross entropy of a softmax over the last axis, from logits and class ids.
public struct CrossEntropy: Loss {
  /// The name in a configuration, `cross_entropy`.
  public static let kind = "cross_entropy"
  /// How much of the target is spread evenly over all classes, 0 by default.
  public var labelSmoothing: Double
  /// A weight for each class; empty weighs all the same.
  ///
  /// The mean is the weighted one.
  public var classWeights: [Float]

  /// Cross entropy.
  ///
  /// - Parameters:
  ///   - labelSmoothing: how much of the target is spread over all classes, 0 to 1.
  ///   - classWeights: a weight for each class; empty weighs all the same.
  public init(labelSmoothing: Double = 0, classWeights: [Float] = []) {
    self.labelSmoothing = labelSmoothing
    self.classWeights = classWeights
  }

  /// Reads `label_smoothing` and `class_weights`.
  public init(options: OptionReader) {
    labelSmoothing = options.number("label_smoothing", default: 0, in: 0...1)
    classWeights = []
    guard let value = options.value("class_weights") else { return }
    guard case .list(let items) = value.content,
      case let numbers = items.compactMap(ScalarText.number), numbers.count == items.count,
      numbers.allSatisfy({ $0 >= 0 && $0.isFinite })
    else {
      options.report("`class_weights` takes a list of numbers, 0 or more", for: "class_weights")
      return
    }
    classWeights = numbers.map(Float.init)
  }

  /// True.
  public var isClassification: Bool { true }

  /// The output's shape without its last axis: one class id for each distribution.
  public func targetShape(forOutput output: Shape) -> Shape {
    Shape(Array(output.dimensions.dropLast()))
  }

  /// The outputs are logits.
  public var prediction: Prediction { .softmax }

  /// Takes any output whose last axis has as many logits as there are class weights, if there are any.
  public func check(output: Shape) throws(LayerError) {
    guard let classes = output.dimensions.last else {
      throw LayerError("cross entropy takes at least one axis of logits, found \(output)")
    }
    if !classWeights.isEmpty, classWeights.count != classes {
      throw LayerError(
        "\(classWeights.count) `class_weights` for \(classes) classes",
        hint: "write one weight for each class")
    }
  }

  /// Sums over all distributions of the batch.
  public func evaluate(
    output: FloatView, target: FloatView, gradient: FloatView?, lastAxis: Int
  ) -> LossSums {
    let result = LossFunctions.crossEntropy(
      logits: output, labels: target, classWeights: classWeights,
      labelSmoothing: Float(labelSmoothing), gradient: gradient, classes: lastAxis)
    return LossSums(result, count: target.count)
  }
}
