package import Tensors

// The forms of operators for callers that hold float32 views, where an operator takes either type.

extension Elementwise {
  /// Adds one run to another.
  package static func add(_ addend: FloatView, to sum: FloatView) {
    add(ElementView(addend), to: ElementView(sum))
  }

  /// Whether no element is a NaN or an infinity.
  package static func isFinite(_ view: FloatView) -> Bool { isFinite(ElementView(view)) }

  /// Copies the columns of a matrix between the columns of a wider one.
  package static func insertColumns(
    _ narrow: FloatView, into wide: FloatView, rows: Int, at offset: Int
  ) {
    insertColumns(ElementView(narrow), into: ElementView(wide), rows: rows, at: offset)
  }

  /// Copies some columns of a matrix out of it.
  package static func extractColumns(
    of wide: FloatView, into narrow: FloatView, rows: Int, at offset: Int
  ) {
    extractColumns(of: ElementView(wide), into: ElementView(narrow), rows: rows, at: offset)
  }
}

extension Activation {
  /// Applies the function.
  package func forward(_ input: FloatView, into output: FloatView) {
    forward(ElementView(input), into: ElementView(output))
  }

  /// Multiplies a gradient by the derivative.
  package func backward(saved: FloatView, gradient: FloatView, into destination: FloatView) {
    backward(
      saved: ElementView(saved), gradient: ElementView(gradient), into: ElementView(destination))
  }

  /// Multiplies a gradient by the derivative, and sums it over the rows.
  package func backward(
    saved: FloatView, gradient: FloatView, into destination: FloatView, biasGradient: FloatView
  ) {
    backward(
      saved: ElementView(saved), gradient: ElementView(gradient), into: ElementView(destination),
      biasGradient: biasGradient)
  }
}
