internal import Datasets
internal import Networks
internal import Operators
internal import Tensors

extension TrainingPlan {
  /// Samples that are looked at together.
  private static var blockSize: Int { 1024 }

  /// Looks for numbers in the data that the network takes for ids and does not know.
  ///
  /// - Throws: `DatasetError` with the first of them.
  /// - Complexity: O(elements), for networks that read ids; every rank does it.
  func checkIDs() throws(DatasetError) {
    let parts = [
      ("training", data.train as Dataset?), ("validation", data.validation), ("test", data.test),
    ]
    for ids in graph.idInputs {
      for (name, part) in parts {
        if let part { try check(part, of: name, against: ids) }
      }
    }
  }

  private func check(
    _ part: Dataset, of name: String, against ids: IDInput
  ) throws(DatasetError) {
    let samples = FloatStorage(count: Self.blockSize * part.sampleSize)
    let targetSize = part.targetShape.count
    let targets = FloatStorage(count: Self.blockSize * targetSize)
    // Views do not keep the memory that they look at.
    defer { withExtendedLifetime((samples, targets)) {} }
    for start in stride(from: 0, to: part.count, by: Self.blockSize) {
      let count = min(Self.blockSize, part.count - start)
      let numbers = samples.view[0..<(count * part.sampleSize)]
      let positions = (start..<(start + count)).map { UInt32($0) }
      part.gather(positions.span, into: numbers, targets: targets.view[0..<(count * targetSize)])
      guard let index = EmbeddingFunction.firstInvalidID(in: numbers, idCount: ids.idCount)
      else { continue }
      let (sample, element) = (start + index / part.sampleSize, index % part.sampleSize)
      throw DatasetError(
        "sample \(sample) of the \(name) data has \(numbers[index]) as element \(element), but "
          + "`\(ids.layer)` takes the ids 0 to \(ids.idCount - 1)",
        hint: part.normalization == .identity
          ? "ids are whole numbers below `vocabulary`"
          : "the data was rescaled: ids need `normalize: none`")
    }
  }
}
