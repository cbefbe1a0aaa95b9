package import Options

/// Spreads the trials evenly over the space: trial i is the i-th point of a Sobol sequence that the seed has scrambled.
///
/// Each parameter is a dimension, whether its conditions hold or not.
package struct SobolSampler: Sampler {
  package static let kind = "sobol"
  package var learns: Bool { false }

  /// Makes the sampler.
  package init() {}

  /// Reads its options, of which there are none.
  package init(options: OptionReader) {
    options.finish()
  }

  /// Refuses a space of more dimensions than there are direction numbers for.
  package func check(_ space: SearchSpace, _ diagnostics: Diagnostics) {
    Self.checkDimensions(space, for: Self.kind, diagnostics)
  }

  /// Refuses a space of too many dimensions in the name of a sampler that begins with these trials.
  static func checkDimensions(_ space: SearchSpace, for kind: String, _ diagnostics: Diagnostics) {
    let limit = SobolSequence.dimensionLimit
    guard space.parameters.count > limit else { return }
    diagnostics.report(
      "the sampler \(kind) knows \(limit) dimensions, the space has \(space.parameters.count) parameters",
      at: space.parameters[limit].mark, hint: "take `sampler: random`, or search for less")
  }

  /// The values of a trial.
  package func assignment(ofTrial number: Int, in study: StudyState) -> Assignment {
    let sequence = SobolSequence(dimensions: study.space.parameters.count)
    let scrambling = OwenScrambling(seed: study.seed)
    let point = sequence[number]
    return study.space.assignment { index, parameter in
      parameter.domain.value(at: scrambling.unit(point[index], dimension: index))
    }
  }
}
