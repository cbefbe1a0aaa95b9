internal import Tensors

/// An input of a network that must hold ids.
public struct IDInput: Sendable, Hashable {
  /// The index of the input.
  public let input: Int
  /// The name of the layer that reads it.
  public let layer: String
  /// The number of ids: the input holds whole numbers from 0 to below this.
  public let idCount: Int
}

extension Graph {
  /// The inputs that layers read ids from, directly or through layers that only reshape.
  ///
  /// Whoever feeds the network checks the data against them, see
  /// `EmbeddingFunction.firstInvalidID(in:idCount:)`; an id that slips through makes the output NaN.
  public var idInputs: [IDInput] {
    nodes.compactMap { node in
      guard let idCount = node.layer.idCount, let input = source(of: node.inputs[0]) else {
        return nil
      }
      return IDInput(input: input, layer: node.name, idCount: idCount)
    }
  }

  /// The input whose numbers a value shows; nil for computed ones.
  private func source(of value: GraphValue.ID) -> Int? {
    if value < inputCount { return value }
    guard let node = nodes.first(where: { $0.output == value }),
      node.layer is Reshape || node.layer is Flatten
    else { return nil }
    return source(of: node.inputs[0])
  }
}
