package import Tensors

// The forms of operators for callers that hold float32 views, where an operator takes either type.

extension Elementwise {
  /// Adds one run to another.
  package static func add(_ addend: FloatView, to sum: FloatView) {
    add(ElementView(addend), to: ElementView(sum))
  }

  /// Whether no element is a NaN or an infinity.
  package static func isFinite(_ view: FloatView) -> Bool { isFinite(ElementView(view)) }
}

extension Elementwise {
  /// Multiplies two runs element by element.
  package static func multiply(_ left: FloatView, _ right: FloatView, into product: FloatView) {
    multiply(ElementView(left), ElementView(right), into: ElementView(product))
  }

  /// Adds one row to every row.
  package static func add(row: FloatView, toRows rows: FloatView, into sum: FloatView) {
    add(row: row, toRows: ElementView(rows), into: ElementView(sum))
  }

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

extension OrderedSum {
  /// Prepares a sum.
  package init(_ parts: [FloatView], into sum: FloatView) {
    self.init(parts.map { ElementView($0) }, into: ElementView(sum))
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

extension SoftmaxFunction {
  /// Writes the softmax of every row.
  package static func forward(_ input: FloatView, into output: FloatView, columns: Int) {
    forward(ElementView(input), into: ElementView(output), columns: columns)
  }

  /// Writes the gradient of the input.
  package static func backward(
    output: FloatView, gradient: FloatView, into destination: FloatView, columns: Int
  ) {
    backward(
      output: ElementView(output), gradient: ElementView(gradient),
      into: ElementView(destination), columns: columns)
  }
}

extension DropoutFunction {
  /// Zeroes elements at a rate, scales the others, and keeps the mask.
  package static func forward(
    _ input: FloatView, into output: FloatView, mask: FloatView, rows: Int, rate: Float,
    key: (UInt32, UInt32), step: UInt32, layer: UInt32, sampleIDs: UnsafePointer<UInt32>
  ) {
    unsafe forward(
      ElementView(input), into: ElementView(output), mask: mask, rows: rows, rate: rate, key: key,
      step: step, layer: layer, sampleIDs: sampleIDs)
  }

  /// Applies the kept mask to a gradient.
  package static func backward(
    gradient: FloatView, mask: FloatView, into destination: FloatView, rate: Float
  ) {
    backward(
      gradient: ElementView(gradient), mask: mask, into: ElementView(destination), rate: rate)
  }
}

extension LayerNormFunction {
  /// Writes the normalized rows.
  package static func forward(
    _ input: FloatView, weight: FloatView, bias: FloatView, epsilon: Float,
    into output: FloatView, saved: FloatView?
  ) {
    forward(
      ElementView(input), weight: weight, bias: bias, epsilon: epsilon,
      into: ElementView(output), saved: saved)
  }

  /// Writes the gradients of the input, of the weight and of the bias.
  package static func backward(
    input: FloatView, weight: FloatView, saved: FloatView, gradient: FloatView,
    into destination: FloatView?, weightGradient: FloatView, biasGradient: FloatView
  ) {
    backward(
      input: ElementView(input), weight: weight, saved: saved, gradient: ElementView(gradient),
      into: destination.map { ElementView($0) }, weightGradient: weightGradient,
      biasGradient: biasGradient)
  }
}

extension EmbeddingFunction {
  /// Writes the row of each id.
  package static func forward(
    _ ids: FloatView, weight: FloatView, into output: FloatView, columns: Int
  ) {
    forward(ids, weight: weight, into: ElementView(output), columns: columns)
  }

  /// Writes the gradient of the table.
  package static func backward(
    ids: FloatView, gradient: FloatView, weightGradient: FloatView, columns: Int
  ) {
    backward(
      ids: ids, gradient: ElementView(gradient), weightGradient: weightGradient, columns: columns)
  }
}
