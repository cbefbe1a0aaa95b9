internal import Networks

/// Says in words what a failed check points at.
struct FailureExplanation {
  let graph: Graph
  let loss: any Loss
  /// The number of samples.
  let batch: Int
  let tensors: [TensorCheck]
  let isolated: [IsolatedFault]

  /// Tensors that are told of one by one.
  private static let shownTensors = 6

  /// A paragraph an element.
  var lines: [String] {
    var lines = failures
    if let border { lines.append(border) }
    return lines + conclusions
  }

  private var failures: [String] {
    let failed = tensors.filter { $0.verdict == .failed }
    var lines = failed.prefix(Self.shownTensors).map { tensor in
      "the gradient of `\(tensor.name)` is \(Self.text(tensor, samples: batch))"
    }
    if failed.count > Self.shownTensors {
      lines.append("and \(failed.count - Self.shownTensors) more")
    }
    return lines
  }

  /// The pattern of a tensor and the measurement that shows it.
  private static func text(_ tensor: TensorCheck, samples: Int) -> String {
    let pattern = FailurePattern(tensor).text(samples: samples)
    guard let worst = tensor.worst else { return pattern }
    return pattern + ": \(worst.direction) the backward pass says \(number(worst.analytic)), "
      + "differences say \(number(worst.numeric)) ± \(number(worst.bound))"
  }

  /// Four significant digits.
  private static func number(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return "\(value)" }
    var unit = 1.0
    while abs(value) * unit < 1000 { unit *= 10 }
    while abs(value) * unit >= 10_000 { unit /= 10 }
    return "\((value * unit).rounded() / unit)"
  }

  /// Where wrong gradients begin, on the way back from the loss.
  private var border: String? {
    let layers = graph.nodes.map(\.name).filter { name in
      tensors.contains { $0.layer == name }
    }
    func isWrong(_ layer: String) -> Bool {
      tensors.contains { $0.layer == layer && $0.verdict == .failed }
    }
    guard let last = layers.lastIndex(where: isWrong), last + 1 < layers.count else { return nil }
    let before = layers[...last]
    let share =
      before.allSatisfy(isWrong)
      ? "those of `\(layers[last])` and all before it are wrong"
      : "`\(layers[last])` is the last with a wrong one"
    return "the gradients of `\(layers[last + 1])` and all after it are right, \(share)"
  }

  private var conclusions: [String] {
    if isolated.isEmpty { return [memoryHint] }
    return isolated.map { fault in
      let wrong = fault.tensors.map { tensor in
        "the gradient of its \(Self.localName(tensor, of: fault)) is "
          + FailurePattern(tensor).text(samples: batch)
      }
      let hint = FailurePattern(fault.tensors[0]).hint(samples: batch)
      let what = fault.layer.map { "the layer `\($0)` (\(fault.kind))" } ?? "the loss \(fault.kind)"
      return "suspect \(what): run alone on the same numbers, \(wrong.joined(separator: ", and "))"
        + "\n  hint: \(hint)"
    }
  }

  /// `input` or `bias`, without the layer's name.
  private static func localName(_ tensor: TensorCheck, of fault: IsolatedFault) -> String {
    guard let layer = tensor.layer, tensor.name.hasPrefix(layer + ".") else {
      return tensor.name == "input 1" ? "input" : tensor.name
    }
    return String(tensor.name.dropFirst(layer.count + 1))
  }

  private var memoryHint: String {
    "suspect the memory: the loss and every layer are right alone, so what one leaves for its "
      + "backward pass was overwritten by another\n  hint: an operation whose backward pass reads its "
      + "inputs or output must declare so in its `memory`, and may not write where it reads"
  }
}
