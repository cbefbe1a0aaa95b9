internal import Operators
internal import Tensors

/// An operation among values of another element type than it computes in: converts what it takes and
/// what it gives.
///
/// So every layer works in every precision, and only layers worth it need kernels for both types.
/// Copies live within a call; what the backward pass reads again is converted again.
final class ConvertingOperation: Operation {
  let memory: OperationMemory
  private let operation: any Operation
  private let type: ElementType
  private let batch: Int
  private let isTraining: Bool
  private var outer: OperationBuffers?
  private var inner: OperationBuffers?

  /// Wraps an operation.
  ///
  /// - Parameters:
  ///   - operation: computes in the type of `site.precision`.
  ///   - site: where it was prepared.
  init(_ operation: any Operation, at site: OperationSite) {
    self.operation = operation
    type = site.precision
    batch = site.batch
    isTraining = site.isTraining
    var memory = operation.memory
    memory.canForwardInPlace = false
    memory.canBackwardInPlace = false
    let inputs = site.inputShapes.indices.map { Self.room(site.inputCount($0), site.precision) }
    let output = Self.room(site.outputCount, site.precision)
    let copies = inputs.reduce(output, +)
    memory.scratchCount =
      FloatView.aligned(operation.memory.scratchCount) + (site.isTraining ? 2 * copies : copies)
    self.memory = memory
  }

  func bind(_ buffers: OperationBuffers) {
    outer = buffers
    var start = FloatView.aligned(operation.memory.scratchCount)
    // A value of the right type is used where it lies, another gets a copy.
    func local(_ value: ElementView) -> ElementView {
      if value.type == type { return value }
      let count = Self.room(value.count, type)
      defer { start += count }
      return ElementView(buffers.scratch[start..<(start + count)], count: value.count, type: type)
    }
    let inner = OperationBuffers(
      inputs: buffers.inputs.map(local), output: local(buffers.output),
      inputGradients: buffers.inputGradients.map { $0.map(local) },
      outputGradient: local(buffers.outputGradient), parameters: buffers.parameters,
      weights: buffers.weights, gradientRanges: buffers.gradientRanges,
      statistics: buffers.statistics, statisticRanges: buffers.statisticRanges,
      saved: buffers.saved,
      scratch: buffers.scratch[0..<operation.memory.scratchCount])
    self.inner = inner
    operation.bind(inner)
  }

  func forward(_ context: StepContext) {
    guard let outer, let inner else { return }
    convert(outer.inputs, into: inner.inputs)
    operation.forward(context)
    Self.convert(inner.output, into: outer.output)
  }

  func backward(_ context: StepContext) {
    guard let outer, let inner else { return }
    if memory.backwardReadsInputs { convert(outer.inputs, into: inner.inputs) }
    if memory.backwardReadsOutput { Self.convert(outer.output, into: inner.output) }
    Self.convert(outer.outputGradient, into: inner.outputGradient)
    operation.backward(context)
    for (own, other) in zip(inner.inputGradients, outer.inputGradients) {
      if let own, let other { Self.convert(own, into: other) }
    }
  }

  private func convert(_ values: [ElementView], into copies: [ElementView]) {
    for (value, copy) in zip(values, copies) { Self.convert(value, into: copy) }
  }

  /// Converts between different types; values of one type are the same memory.
  private static func convert(_ value: ElementView, into copy: ElementView) {
    if value.type != copy.type { Elementwise.convert(value, into: copy) }
  }

  /// Floats of room for so many elements, a multiple of 16.
  private static func room(_ count: Int, _ type: ElementType) -> Int {
    FloatView.aligned(type.floatCount(of: count))
  }
}
