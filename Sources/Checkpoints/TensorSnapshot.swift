internal import Tensors

/// A copy of tensors in memory of its own, which is allocated once and may be filled again and again.
package final class TensorSnapshot: Sendable {
  /// The copies, under the names of the tensors; valid as long as the snapshot lives.
  package let tensors: [NamedTensor]
  private let storage: FloatStorage

  /// Allocates room for tensors of the same names and shapes, all numbers 0.
  package init(like tensors: [NamedTensor]) {
    let storage = FloatStorage(
      count: tensors.reduce(0) { $0 + FloatView.aligned($1.values.count) })
    var start = 0
    self.tensors = tensors.map { tensor in
      defer { start += FloatView.aligned(tensor.values.count) }
      let room = storage.view[start..<start + tensor.values.count]
      return NamedTensor(name: tensor.name, shape: tensor.shape, values: room)
    }
    self.storage = storage
  }

  /// Copies the numbers of tensors, in the order in which the snapshot was made of them.
  ///
  /// - Precondition: they have the shapes of the snapshot's.
  /// - Complexity: O(*n*) in their numbers.
  package func copy(from tensors: [NamedTensor]) {
    precondition(
      tensors.count == self.tensors.count,
      "\(tensors.count) tensors for a snapshot of \(self.tensors.count)")
    for (copy, tensor) in zip(self.tensors, tensors) { copy.values.copy(from: tensor.values) }
  }
}
