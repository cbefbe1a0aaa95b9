package import Datasets
package import Networks
internal import Operators
internal import Tensors

extension TrainingSession {
  /// The network's outputs for every sample of a data set, in order. Collective; every rank computes all.
  ///
  /// - Parameters:
  ///   - data: the samples.
  ///   - transform: what is applied to the outputs.
  /// - Returns: samples x outputs.
  package func predict(_ data: Dataset, transform: Prediction) throws -> [Float] {
    let worker = try loop.makeWorker()
    var outputs: [Float] = []
    for shard in 0..<plan.batches.shards {
      let part = EvaluationBatches.part(shard, of: plan.batches.shards, count: data.count)
      for start in stride(from: part.lowerBound, to: part.upperBound, by: loop.evaluation.batch) {
        outputs += worker.predict(
          start..<min(start + loop.evaluation.batch, part.upperBound), of: data)
      }
    }
    let values = FloatStorage(count: outputs.count)
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
