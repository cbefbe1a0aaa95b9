package import Tensors

/// A tensor as a file knows it: its name, its shape and where its numbers are in memory.
package struct NamedTensor: Sendable {
  /// The name on disk: `dense_1.weight`, `dense_1.weight.exp_avg`.
  package let name: String
  /// The shape, in PyTorch's layout.
  package let shape: Shape
  /// The numbers, row-major; read when a file is written, written when one is restored.
  package let values: FloatView

  /// Names a tensor.
  ///
  /// - Precondition: the view has as many elements as the shape.
  package init(name: String, shape: Shape, values: FloatView) {
    precondition(
      values.count == shape.count,
      "tensor \(name) of shape \(shape) has \(values.count) numbers, expected \(shape.count)")
    self.name = name
    self.shape = shape
    self.values = values
  }
}

extension Sequence<NamedTensor> {
  /// The tensors sorted by the bytes of their names, the order that files and hashes use.
  package func inNameOrder() -> [NamedTensor] {
    sorted { $0.name.isBefore($1.name) }
  }
}

extension String {
  /// Whether this name comes first in byte order, which unlike Swift's own order does not depend on
  /// Unicode tables.
  func isBefore(_ other: String) -> Bool {
    utf8.lexicographicallyPrecedes(other.utf8)
  }
}
