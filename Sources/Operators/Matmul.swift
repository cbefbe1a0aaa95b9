internal import COneDNN
public import Tensors

/// A prepared matrix product: destination [rows, columns] = left [rows, inner] x right [inner, columns],
/// with an optional bias [columns] added to every row.
///
/// Either factor may be stored transposed, so that one primitive serves `x W^T`, `dy W` and `dy^T x`
/// without a copy. On one core oneDNN's matmul runs these at 80 to 98 % of the float32 peak from 32
/// rows on; its inner product is slower, and costs twice as much a call in small networks. Activations
/// are not fused: oneDNN's ReLU turns a NaN into 0, and ours costs less than 1 % of the product.
public final class Matmul {
  private let primitive: OneDNNPrimitive
  private let left: OneDNNMemory
  private let right: OneDNNMemory
  private let bias: OneDNNMemory?
  private let destination: OneDNNMemory

  /// The name of oneDNN's implementation, such as `brg:avx512_core`.
  public let implementation: String

  /// What brings the right factor into the form that the product takes; nil where it takes it as it
  /// is stored.
  public let packing: FactorPacking?

  /// Prepares a product for fixed sizes.
  ///
  /// - Parameters:
  ///   - rows: rows of the destination.
  ///   - columns: columns of the destination.
  ///   - inner: the summed dimension.
  ///   - leftIsTransposed: the left factor is stored as [inner, rows].
  ///   - rightIsTransposed: the right factor is stored as [columns, inner].
  ///   - hasBias: a float32 bias is given at every execution.
  ///   - accumulates: the product is added to what the destination holds.
  ///   - packsRight: the right factor, a float32 one, comes through ``packing``, which pays where one
  ///     factor serves many products of few rows: oneDNN otherwise does the same at every execution.
  ///   - type: how the factors' elements are stored, float32 by default; sums are float32 always.
  ///   - destinationType: how the destination's elements are stored; nil, the default, as the factors'.
  ///   - stream: the thread's stream.
  /// - Throws: ``OperatorError`` where oneDNN has no implementation.
  public init(
    rows: Int, columns: Int, inner: Int, leftIsTransposed: Bool = false,
    rightIsTransposed: Bool = false, hasBias: Bool = false, accumulates: Bool = false,
    packsRight: Bool = false, type: ElementType = .float32, destinationType: ElementType? = nil,
    stream: ComputeStream
  ) throws(OperatorError) {
    let detail = "a product of \(rows) x \(inner) and \(inner) x \(columns) in \(type)"
    var leftDescription = Self.matrix(rows, inner, isTransposed: leftIsTransposed, type)
    let plainRight = Self.matrix(inner, columns, isTransposed: rightIsTransposed, type)
    var rightDescription = packsRight ? .any([inner, columns], type) : plainRight
    var biasDescription = Self.matrix(1, columns, isTransposed: false, .float32)
    var destinationDescription = Self.matrix(
      rows, columns, isTransposed: false, destinationType ?? type)
    left = try OneDNNMemory(leftDescription, stream: stream, detail: detail)
    bias = hasBias ? try OneDNNMemory(biasDescription, stream: stream, detail: detail) : nil
    destination = try OneDNNMemory(destinationDescription, stream: stream, detail: detail)
    var operation = dnnl_matmul_desc_t()
    if hasBias {
      try unsafe check(
        dnnl_matmul_desc_init(
          &operation, &leftDescription, &rightDescription, &biasDescription,
          &destinationDescription), "dnnl_matmul_desc_init", detail)
    } else {
      try unsafe check(
        dnnl_matmul_desc_init(
          &operation, &leftDescription, &rightDescription, nil, &destinationDescription),
        "dnnl_matmul_desc_init", detail)
    }
    let choice = try OneDNNChoice(
      operation, accumulates: accumulates, stream: stream, detail: detail)
    implementation = choice.implementation
    let chosenRight = choice.description(dnnl_query_weights_md)
    right = try OneDNNMemory(chosenRight, stream: stream, detail: detail)
    packing =
      packsRight
      ? try FactorPacking(from: plainRight, to: chosenRight, stream: stream, detail: detail) : nil
    let arguments = [
      (DNNL_ARG_SRC_0, left), (DNNL_ARG_WEIGHTS_0, right), (DNNL_ARG_DST, destination),
    ]
    primitive = try choice.makePrimitive(arguments + (bias.map { [(DNNL_ARG_BIAS, $0)] } ?? []))
  }

  /// Computes the product.
  ///
  /// - Precondition: the views have the prepared sizes and types, and `bias` is given if and only if it
  ///   was prepared; a right factor that is packed comes as floats, see the other form.
  public func execute(
    _ leftView: ElementView, _ rightView: ElementView, bias biasView: FloatView? = nil,
    into destinationView: ElementView
  ) {
    left.point(at: leftView)
    right.point(at: rightView)
    destination.point(at: destinationView)
    if let bias, let biasView { bias.point(at: ElementView(biasView)) }
    primitive.execute()
  }

  /// Computes a product of float32 factors, the right one as ``packing`` gives it if there is one.
  public func execute(
    _ left: FloatView, _ right: FloatView, bias: FloatView? = nil, into destination: FloatView
  ) {
    execute(
      ElementView(left), ElementView(right), bias: bias, into: ElementView(destination))
  }

  private static func matrix(
    _ rows: Int, _ columns: Int, isTransposed: Bool, _ type: ElementType
  ) -> dnnl_memory_desc_t {
    .plain([rows, columns], storage: isTransposed ? [1, 0] : [0, 1], type)
  }
}
