package import Datasets
package import Networks
internal import Operators
internal import Tensors

extension TrainingSession {
  /// The network's outputs for every sample of a data set, in order.
  ///
  /// Collective; every rank computes all.
  ///
  /// - Parameters:
  ///   - data: the samples.
  ///   - transform: what is applied to the outputs.
  /// - Returns: samples x outputs.
  /// - Throws: `OperatorError` where oneDNN refuses an operation.
  package func predict(_ data: Dataset, transform: Prediction) throws -> [Float] {
    let worker = try loop.makeWorker(evaluating: [data])
    var outputs: [Float] = []
    for shard in 0..<plan.batches.shards {
      let part = EvaluationBatches.part(shard, of: plan.batches.shards, count: data.count)
      for start in stride(from: part.lowerBound, to: part.upperBound, by: loop.evaluationBatch) {
        outputs += worker.predict(
          start..<min(start + loop.evaluationBatch, part.upperBound), of: data)
      }
    }
    let values = FloatStorage(count: outputs.count)
    // Views do not keep the memory that they look at.
    defer { withExtendedLifetime(values) {} }
    values.view.copy(from: outputs)
    switch transform {
    case .none: break
    case .sigmoid: Activation.sigmoid.forward(values.view, into: values.view)
    case .softmax:
      SoftmaxFunction.forward(
        values.view, into: values.view, columns: plan.graph.outputShape[-1])
    }
    return values.view.array
  }
}
