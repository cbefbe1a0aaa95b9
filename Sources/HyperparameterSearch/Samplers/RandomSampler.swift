package import Options
internal import Tensors

/// Draws each trial by itself, evenly over the space: a function of the seed and the trial's number alone.
///
/// *Random Search for Hyper-Parameter Optimization*, Bergstra and Bengio, 2012.
package struct RandomSampler: Sampler {
  package static let kind = "random"
  package var learns: Bool { false }

  /// Makes the sampler.
  package init() {}

  /// Reads its options, of which there are none.
  package init(options: OptionReader) {
    options.finish()
  }

  /// The values of a trial.
  package func assignment(ofTrial number: Int, in study: StudyState) -> Assignment {
    let draws = SearchDraws(seed: study.seed, trial: number)
    return study.space.assignment { index, parameter in
      parameter.domain.value(at: draws.unit(index))
    }
  }
}

/// Random numbers of one trial, each by its place: a function of the seed, the trial and the place.
struct SearchDraws {
  private let stream: RandomStream
  private let trial: UInt32

  /// The numbers of a trial under a study's seed.
  init(seed: UInt64, trial: Int) {
    stream = RandomStream(seed: seed, purpose: .search)
    self.trial = UInt32(trial)
  }

  /// The number at a place, at least 0 and below 1, with 53 random bits.
  ///
  /// - Parameters:
  ///   - index: the place.
  ///   - draw: tells several series of one trial apart.
  /// - Returns: the number.
  func unit(_ index: Int, draw: Int = 0) -> Double {
    let words = stream.words(trial, UInt32(index), UInt32(draw))
    let bits = UInt64(words.0) << 21 ^ UInt64(words.1) >> 11
    return Double(bits & (1 << 53 - 1)) * 0x1p-53
  }
}
