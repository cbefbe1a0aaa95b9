internal import Operators
internal import Tensors

/// One of the linear maps around an attention, rows weight^T + bias, with its gradients.
final class Projection {
  private let forwardProduct: Matmul
  private let inputProduct: Matmul?
  private let weightProduct: Matmul?

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
    forwardProduct = try Matmul(
      rows: rows, columns: outputs, inner: features, rightIsTransposed: true, hasBias: hasBias,
      stream: site.stream)
    inputProduct =
      site.isTraining && needsInputGradient
      ? try Matmul(rows: rows, columns: features, inner: outputs, stream: site.stream) : nil
    weightProduct =
      site.isTraining
      ? try Matmul(
        rows: outputs, columns: features, inner: rows, leftIsTransposed: true, stream: site.stream)
      : nil
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
    forwardProduct.execute(input, parameters.weight, bias: parameters.bias, into: output)
  }

  /// Writes the gradients of the parameters, and of the input where it is wanted.
  func backward(
    gradient: FloatView, input: FloatView, _ parameters: Parameters,
    into gradients: Parameters, inputGradient: FloatView?
  ) {
    weightProduct?.execute(gradient, input, into: gradients.weight)
    if let bias = gradients.bias {
      Activation.linear.backward(
        saved: gradient, gradient: gradient, into: gradient, biasGradient: bias)
    }
    if let inputGradient {
      inputProduct?.execute(gradient, parameters.weight, into: inputGradient)
    }
  }
}
