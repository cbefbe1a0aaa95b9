public import Options
public import Tensors

/// The sums over samples that the loss and the metrics are made of.
///
/// They are sums, never means: shards' sums are added in the one tree and divided once by the true
/// count, so that neither the number of ranks nor a ragged last batch changes the result.
public struct LossSums: Sendable, Equatable {
  /// The sum of the weighted losses.
  public var loss = 0.0
  /// What the loss is divided by for its mean: samples, elements, or the sum of class weights.
  public var weight = 0.0
  /// Right predictions.
  public var correct = 0.0
  /// The sum of squared errors.
  public var squaredError = 0.0
  /// The sum of absolute errors.
  public var absoluteError = 0.0
  /// Predictions counted in `correct`, or elements counted in the errors.
  public var count = 0.0

  /// Nothing summed yet.
  public init() {}

  /// Adds the sums of a part that comes after this one.
  public static func + (left: LossSums, right: LossSums) -> LossSums {
    var sum = LossSums()
    sum.loss = left.loss + right.loss
    sum.weight = left.weight + right.weight
    sum.correct = left.correct + right.correct
    sum.squaredError = left.squaredError + right.squaredError
    sum.absoluteError = left.absoluteError + right.absoluteError
    sum.count = left.count + right.count
    return sum
  }

  /// The mean loss.
  ///
  /// 0 where nothing weighs anything, as of samples whose classes all have the weight 0.
  public var meanLoss: Double { weight > 0 ? loss / weight : loss }
  /// The share of right predictions.
  public var accuracy: Double { correct / count }
  /// The mean squared error.
  public var meanSquaredError: Double { squaredError / count }
  /// The root of the mean squared error.
  public var rootMeanSquaredError: Double { (squaredError / count).squareRoot() }
  /// The mean absolute error.
  public var meanAbsoluteError: Double { absoluteError / count }
}

/// What turns a network's outputs into predictions.
public enum Prediction: Sendable {
  /// The outputs are the predictions.
  case none
  /// Each output is the logit of a probability.
  case sigmoid
  /// The last axis holds the logits of a distribution.
  case softmax
}

/// What a network is trained to make small.
public protocol Loss: Sendable {
  /// The name in a configuration.
  static var kind: String { get }

  /// Reads the options of a configuration.
  init(options: OptionReader)

  /// Whether accuracy is a metric of it; where not, the errors' root mean square and mean are.
  var isClassification: Bool { get }

  /// Whether its two classes are the targets -1 and 1, where data has 0 and 1.
  var targetsAreSigns: Bool { get }

  /// What turns the outputs into predictions.
  var prediction: Prediction { get }

  /// The shape of one sample's target.
  func targetShape(forOutput output: Shape) -> Shape

  /// Refuses an output that its options do not suit.
  ///
  /// - Throws: ``LayerError`` saying what does not fit.
  func check(output: Shape) throws(LayerError)

  /// Sums the loss and the metrics of a batch.
  ///
  /// - Parameters:
  ///   - output: the network's output, batch first.
  ///   - target: class ids, or values of the output's shape.
  ///   - gradient: written with the gradient of the summed loss; nil for evaluation.
  ///   - lastAxis: the size of the output's last axis.
  /// - Returns: the sums.
  func evaluate(
    output: FloatView, target: FloatView, gradient: FloatView?, lastAxis: Int
  ) -> LossSums
}

extension Loss {
  /// The outputs are the predictions.
  public var prediction: Prediction { .none }

  /// False: classes are their numbers.
  public var targetsAreSigns: Bool { false }

  /// Turns targets as data sets have them into those that the loss takes, in place.
  package func convertTargets(_ targets: FloatView) {
    guard targetsAreSigns else { return }
    for index in 0..<targets.count { targets[index] = 2 * targets[index] - 1 }
  }

  /// Takes any output.
  public func check(output: Shape) throws(LayerError) {}

  /// The output's shape: most losses compare element by element.
  public func targetShape(forOutput output: Shape) -> Shape { output }
}

/// The losses that a configuration can name.
public enum LossRegistry {
  /// One line a loss.
  static let types: [any Loss.Type] = [
    CrossEntropy.self,
    BinaryCrossEntropy.self,
    MeanSquaredError.self,
    MeanAbsoluteError.self,
    Huber.self,
    Hinge.self,
  ]

  /// Reads a loss: a bare name, or a name with its options.
  ///
  /// - Returns: the loss; nil after a problem was reported.
  public static func decode(_ value: OptionValue, diagnostics: Diagnostics) -> (any Loss)? {
    guard
      let (kind, mark, options) = OptionReader.named(
        value, what: "loss", diagnostics: diagnostics)
    else { return nil }
    guard let type = types.first(where: { $0.kind == kind }) else {
      diagnostics.reportUnknown(
        kind, of: ("loss", "losses"), at: mark, known: types.map { $0.kind })
      return nil
    }
    let loss = type.init(options: options)
    options.finish()
    return loss
  }
}
