internal import Operators
internal import Tensors

extension Graph {
  /// Which nodes' biases do nothing in training: all that reads their outputs, at once or through
  /// layers that keep a channel's constant a constant, normalizes over the batch and takes the
  /// constant away.
  ///
  /// The gradient of such a bias is 0. What rounding leaves of it would be a whole step to optimizers
  /// that, as Adam does, divide by the gradient's size.
  ///
  /// - Returns: a flag for each node.
  func idleBiases() -> [Bool] {
    // Whether a constant added to a channel of the value is lost on every way; reading from the end,
    // all that reads a value is known before the node that gives it.
    var loses = values.indices.map { $0 != output }
    var isRead = values.map { _ in false }
    var idle = nodes.map { _ in false }
    for (index, node) in nodes.enumerated().reversed() {
      let outputLoses = loses[node.output] && isRead[node.output]
      idle[index] = outputLoses && node.layer.endsWithBias
      let shapes = inputShapes(of: node)
      for (position, input) in node.inputs.enumerated() {
        isRead[input] = true
        if node.layer is BatchNorm, position == 0 { continue }
        let passes = node.layer.passesConstants(
          of: shapes[position], to: values[node.output].shape)
        if !(passes && outputLoses) { loses[input] = false }
      }
    }
    return idle
  }
}

extension Layer {
  /// Whether the last thing that the layer does is to add a bias.
  fileprivate var endsWithBias: Bool {
    switch self {
    case let dense as Dense: dense.activation == .linear
    case let convolution as Conv1D: convolution.options.activation == .linear
    case let convolution as Conv2D: convolution.options.activation == .linear
    case let norm as BatchNorm: !norm.rectifies
    default: false
    }
  }

  /// Whether a constant added to each channel of an input adds nothing but a constant to each channel
  /// of the output, other inputs being as they are.
  fileprivate func passesConstants(of input: Shape, to output: Shape) -> Bool {
    switch self {
    case is Add, is Concatenate, is MaxPool2D, is AveragePool2D, is GlobalMaxPool2D,
      is GlobalAveragePool2D:
      true
    case is Flatten, is Reshape: output[-1] % input[-1] == 0
    case let dense as Dense: dense.activation == .linear
    case let convolution as Conv1D: convolution.options.passesConstants(of: input)
    case let convolution as Conv2D: convolution.options.passesConstants(of: input)
    // Of the second input, which fusion adds to the normalized first one.
    case let norm as BatchNorm: !norm.rectifies
    default: false
    }
  }
}

extension ConvolutionOptions {
  /// Whether every window sees the whole of a constant, which padding would take from those at borders.
  fileprivate func passesConstants(of input: Shape) -> Bool {
    activation == .linear && windows(of: input).allSatisfy { $0.before == 0 && $0.after == 0 }
  }
}
