internal import Operators
internal import Tensors

/// One of the linear maps around an attention, rows weight^T + bias, with its gradients.
final class Projection {
  private let products: LinearProducts

  /// Prepares the products.
  ///
  /// - Parameters:
  ///   - rows: rows of the batch.
  ///   - features: numbers in a row of the input.
  ///   - outputs: numbers in a row of the output.
  ///   - hasBias: whether a bias is given.
  ///   - needsInputGradient: whether backward is asked for the input's gradient.
  ///   - site: where the layer is prepared.
  /// - Throws: `OperatorError` where oneDNN refuses a product.
  init(
    rows: Int, features: Int, outputs: Int, hasBias: Bool, needsInputGradient: Bool,
    at site: OperationSite
  ) throws(OperatorError) {
    products = try LinearProducts(
      rows: rows, features: features, outputs: outputs, hasBias: hasBias,
      needsInputGradient: needsInputGradient, at: site)
  }

  /// A weight with its bias, or the gradients of both.
  struct Parameters {
    /// [outputs, features].
    var weight: FloatView
    /// [outputs]; nil for none.
    var bias: FloatView?

    /// Those that give some of the outputs.
    func outputs(_ range: Range<Int>, features: Int) -> Parameters {
      Parameters(
        weight: weight[(range.lowerBound * features)..<(range.upperBound * features)],
        bias: bias?[range])
    }
  }

  /// Computes the output.
  func forward(_ input: FloatView, _ parameters: Parameters, into output: FloatView) {
    products.forward(
      ElementView(input), weight: ElementView(parameters.weight), bias: parameters.bias,
      into: ElementView(output))
  }

  /// Writes the gradients of the parameters, and of the input where it is wanted.
  func backward(
    gradient: FloatView, input: FloatView, _ parameters: Parameters,
    into gradients: Parameters, inputGradient: FloatView?
  ) {
    if let bias = gradients.bias {
      Activation.linear.backward(
        saved: gradient, gradient: gradient, into: gradient, biasGradient: bias)
    }
    products.backward(
      gradient: ElementView(gradient), input: ElementView(input),
      weight: ElementView(parameters.weight), weightGradient: gradients.weight,
      inputGradient: inputGradient.map { ElementView($0) })
  }
}
