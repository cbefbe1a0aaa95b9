package import Tensors

extension GradientExchange {
  private var pieces: TensorPieces { core.buffers.pieces }

  /// Notes the sums of squares of a chunk's gradient; every visit of
  /// ``addGradients(lane:keepsSums:visit:)`` does.
  ///
  /// Tensors that do not count in the norm are noted as 0.
  package func measureGradient(_ gradient: FloatView, in range: Range<Int>) {
    let buffers = core.buffers
    let pieces = buffers.pieces
    for piece in pieces.pieces(ofChunkAt: range) {
      unsafe buffers.gradientSquares[piece] =
        pieces.countsInNorm[piece]
        ? sumOfSquares(gradient[local(pieces.ranges[piece], in: range)]) : 0
    }
  }

  /// Notes the sums of squares of a chunk's parameters and of the directions that they will move
  /// along; before ``meet(lane:for:)`` for ``Meeting/trustRatios``.
  package func measureDirections(_ directions: FloatView, in range: Range<Int>) {
    let buffers = core.buffers
    let pieces = buffers.pieces
    for piece in pieces.pieces(ofChunkAt: range) {
      let elements = pieces.ranges[piece]
      unsafe buffers.trustSums[piece] = TrustSums(
        parameters: sumOfSquares(buffers.parameters[elements]),
        directions: sumOfSquares(directions[local(elements, in: range)]))
    }
  }

  private func local(_ elements: Range<Int>, in range: Range<Int>) -> Range<Int> {
    (elements.lowerBound - range.lowerBound)..<(elements.upperBound - range.lowerBound)
  }

  /// The norm of the step's sum of gradients; valid after ``meet(lane:for:)`` for
  /// ``Meeting/gradientNorm`` or after ``publish(lane:)``, until the next `finishGradients`.
  package var gradientNorm: Double {
    squares(of: 0..<pieces.count).squareRoot()
  }

  /// The norm of the sum of one tensor's gradients; valid as ``gradientNorm``.
  package func gradientNorm(ofTensor tensor: Int) -> Double {
    squares(of: pieces.ofTensor[tensor]).squareRoot()
  }

  /// The norm of one tensor's parameters as they are now.
  package func parameterNorm(ofTensor tensor: Int) -> Double {
    let (pieces, parameters) = (pieces, parameters)
    return fold(pieces.ofTensor[tensor], 0, { sumOfSquares(parameters[pieces.ranges[$0]]) }, +)
      .squareRoot()
  }

  /// What a tensor's trust ratio is made of; valid after ``meet(lane:for:)`` for
  /// ``Meeting/trustRatios``.
  package func trustSums(ofTensor tensor: Int) -> TrustSums {
    fold(
      pieces.ofTensor[tensor], TrustSums(parameters: 0, directions: 0),
      { unsafe core.buffers.trustSums[$0] }, +)
  }

  /// The tensor in which the last summed gradient is not finite, the first in order of the backward
  /// pass; nil where all are finite.
  ///
  /// Valid as ``gradientNorm``.
  package func firstNonFiniteGradient() -> ArenaEntry? {
    let squares = unsafe core.buffers.gradientSquares
    let piece = unsafe squares.firstIndex { !$0.isFinite }
    return piece.map { arena.entries[pieces.tensors[$0]] }
  }

  private func squares(of run: Range<Int>) -> Double {
    fold(run, 0, { unsafe core.buffers.gradientSquares[$0] }, +)
  }

  /// Adds values of a run of pieces as a tree, which the length of the run alone decides.
  private func fold<Value>(
    _ run: Range<Int>, _ zero: Value, _ value: (Int) -> Value, _ add: (Value, Value) -> Value
  ) -> Value {
    if run.isEmpty { return zero }
    return ShardTree(count: run.count).fold({ value(run.lowerBound + $0) }, add)
  }
}
