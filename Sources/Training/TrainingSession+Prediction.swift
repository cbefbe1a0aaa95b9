package import Datasets
package import Networks
internal import Operators
internal import Tensors

/// What an autoencoder makes of samples.
package struct Reconstructions: Sendable {
  /// The mean squared error of each sample, between numbers as the network sees them.
  package let errors: [Double]
  /// The samples as the network gives them, in the units of the data.
  package let values: [Float]
}

extension TrainingSession {
  /// What the network makes of every sample of a data set that is its own target, in order.
  ///
  /// Collective; every rank computes all.
  ///
  /// - Returns: the errors and the reconstructed samples.
  /// - Throws: `OperatorError` where oneDNN refuses an operation.
  package func reconstruct(_ data: Dataset) throws -> Reconstructions {
    let outputs = try predict(data, transform: plan.loss.prediction)
    let sample = FloatStorage(count: data.sampleSize)
    let target = FloatStorage(count: data.sampleSize)
    // Views do not keep the memory that they look at.
    defer { withExtendedLifetime((sample, target)) {} }
    let errors = (0..<data.count).map { index in
      data.gather([UInt32(index)].span, into: sample.view, targets: target.view)
      var squares = 0.0
      for element in 0..<data.sampleSize {
        let error = Double(outputs[index * data.sampleSize + element] - target.view[element])
        squares += error * error
      }
      return squares / Double(data.sampleSize)
    }
    return Reconstructions(errors: errors, values: data.normalization.restored(outputs))
  }

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
        ElementView(values.view), into: ElementView(values.view),
        columns: plan.graph.outputShape[-1])
    }
    return values.view.array
  }
}
