internal import Operators
internal import Tensors

/// The products of a linear map on rows, x W^T + b: forward, and backward to the weight and to the input.
final class LinearProducts {
  private let forwardProduct: Matmul
  private let inputProduct: Matmul?
  private let weightProduct: Matmul?

  /// Prepares the products, in the precision of the site.
  ///
  /// - Parameters:
  ///   - rows: rows of the batch.
  ///   - features: numbers in a row of the input.
  ///   - outputs: numbers in a row of the output.
  ///   - hasBias: whether a bias is given.
  ///   - needsInputGradient: whether the gradient of the input will be asked for.
  ///   - site: where the layer is prepared.
  /// - Throws: `OperatorError` where oneDNN refuses a product.
  init(
    rows: Int, features: Int, outputs: Int, hasBias: Bool, needsInputGradient: Bool,
    at site: OperationSite
  ) throws(OperatorError) {
    forwardProduct = try Matmul(
      rows: rows, columns: outputs, inner: features, rightIsTransposed: true, hasBias: hasBias,
      type: site.precision, stream: site.stream)
    inputProduct =
      site.isTraining && needsInputGradient
      ? try Matmul(
        rows: rows, columns: features, inner: outputs, type: site.precision, stream: site.stream)
      : nil
    weightProduct =
      site.isTraining
      ? try Matmul(
        rows: outputs, columns: features, inner: rows, leftIsTransposed: true,
        type: site.precision, destinationType: .float32, stream: site.stream)
      : nil
  }

  /// Computes the output [rows, outputs] from the input [rows, features], the weight [outputs,
  /// features] and the bias [outputs].
  func forward(
    _ input: ElementView, weight: ElementView, bias: FloatView?, into output: ElementView
  ) {
    forwardProduct.execute(input, weight, bias: bias, into: output)
  }

  /// Writes the gradient of the weight, and of the input where a place for it is given.
  func backward(
    gradient: ElementView, input: ElementView, weight: ElementView,
    weightGradient: FloatView, inputGradient: ElementView?
  ) {
    weightProduct?.execute(gradient, input, into: ElementView(weightGradient))
    if let inputGradient { inputProduct?.execute(gradient, weight, into: inputGradient) }
  }
}
