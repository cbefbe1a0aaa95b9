import Checkpoints
import Tensors

/// Named tensors with memory of their own, which lives as long as this does.
final class TestTensors {
  let tensors: [NamedTensor]
  private let storages: [FloatStorage]

  init(_ content: [(name: String, shape: Shape, values: [Float])]) {
    storages = content.map { FloatStorage(count: $0.values.count) }
    tensors = zip(content, storages).map { content, storage in
      storage.view.copy(from: content.values)
      return NamedTensor(name: content.name, shape: content.shape, values: storage.view)
    }
  }

  /// The same names and shapes, all numbers 0.
  convenience init(like other: TestTensors) {
    self.init(
      other.tensors.map { ($0.name, $0.shape, Array(repeating: 0, count: $0.shape.count)) })
  }

  var values: [[Float]] { tensors.map(\.values.array) }
}
