internal import CKernels

/// What random numbers are drawn for; each purpose has its own sequence under one seed.
public enum RandomPurpose: UInt32, Sendable {
  /// Initial parameters.
  case initialization = 1
  /// Dropout masks.
  case dropout = 2
  /// The order of samples in an epoch.
  case shuffle = 3
  /// Which samples are held out for validation.
  case split = 4
  /// Synthetic data.
  case synthetic = 5
  /// Noise inputs and everything else that a network samples.
  case noise = 6
  /// Hyperparameter search.
  case search = 7
}

/// Random numbers that are a pure function of (seed, purpose, counter): Philox4x32-10.
///
/// There is no state to save, nothing to synchronize between ranks, and any element can be drawn
/// alone: this is what lets a run be split over any number of ranks, or resumed, with the same bits.
public struct RandomStream: Sendable {
  /// The two key words, from the seed and the purpose.
  public let key: (UInt32, UInt32)

  /// The stream of a purpose under a seed.
  public init(seed: UInt64, purpose: RandomPurpose) {
    let high = UInt32(truncatingIfNeeded: seed >> 32)
    self.key = (
      UInt32(truncatingIfNeeded: seed), high ^ (purpose.rawValue &* 0x9E37_79B9)
    )
  }

  /// The four words at a counter.
  public func words(
    _ c0: UInt32, _ c1: UInt32 = 0, _ c2: UInt32 = 0, _ c3: UInt32 = 0
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    ck_philox4x32(c0, c1, c2, c3, key.0, key.1).x
  }

  /// A float in `0..<1` with 24 random bits, from one word.
  public static func unit(_ word: UInt32) -> Float {
    Float(word >> 8) * 0x1p-24
  }
}
