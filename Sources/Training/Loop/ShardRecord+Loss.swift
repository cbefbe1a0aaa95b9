internal import DataParallelism
internal import Networks

extension ShardRecord {
  /// Takes a batch's sums.
  init(_ sums: LossSums) {
    self.init(
      loss: sums.loss, weight: sums.weight, correct: sums.correct, squaredError: sums.squaredError,
      absoluteError: sums.absoluteError, count: UInt64(sums.count))
  }

  /// The sums.
  var sums: LossSums {
    var sums = LossSums()
    sums.loss = loss
    sums.weight = weight
    sums.correct = correct
    sums.squaredError = squaredError
    sums.absoluteError = absoluteError
    sums.count = Double(count)
    return sums
  }

  /// The tensor in which the first NaN or infinity of the shard was found, kept in the upper half of the flags.
  var nonFiniteTensor: Int? {
    get { flags >> 32 == 0 ? nil : Int(flags >> 32) - 1 }
    set { flags = flags & 0xFFFF_FFFF | UInt64((newValue ?? -1) + 1) << 32 }
  }
}
