package import Options

/// Tries values that are likelier among the best trials than among the others.
///
/// A density is fitted to the values of the best tenth of the trials and one to those of the rest; of some values drawn
/// from the first, those with the highest quotient of both are taken. *Algorithms for Hyper-Parameter Optimization*,
/// Bergstra, Bardenet, Bengio and Kégl, 2011; *Tree-Structured Parzen Estimator: Understanding Its Algorithm Components
/// and Their Roles for Better Empirical Performance*, Watanabe, 2023. The densities are those of Optuna.
///
/// Parameters that have values under the same conditions share a density, fitted to the trials in which they have some,
/// so that what goes well together is found.
package struct TreeParzenSampler: Sampler {
  package static let kind = "tpe"
  package var learns: Bool { true }

  /// Trials with a result before densities are fitted; until then trials are those of the Sobol sampler.
  let startupTrials: Int
  /// Values drawn of which one is taken.
  let candidates: Int
  /// Whether parameters share a density.
  let isMultivariate: Bool

  /// Sets of values that are found before one that was tried already is accepted.
  private static let attempts = 32

  /// Makes the sampler.
  package init(startupTrials: Int = 10, candidates: Int = 24, isMultivariate: Bool = true) {
    precondition(
      startupTrials >= 1 && candidates >= 1,
      "\(startupTrials) trials to begin with and \(candidates) candidates")
    self.startupTrials = startupTrials
    self.candidates = candidates
    self.isMultivariate = isMultivariate
  }

  /// Reads `startup_trials`, `candidates` and `multivariate`.
  package init(options: OptionReader) {
    self.init(
      startupTrials: options.integer("startup_trials", default: 10, in: 1...),
      candidates: options.integer("candidates", default: 24, in: 1...10_000),
      isMultivariate: options.boolean("multivariate", default: true))
    options.finish(hints: [
      "n_startup_trials": "write `startup_trials`", "n_ei_candidates": "write `candidates`",
    ])
  }

  /// Refuses a space that the Sobol sampler cannot spread the first trials over.
  package func check(_ space: SearchSpace, _ diagnostics: Diagnostics) {
    SobolSampler.checkDimensions(space, for: Self.kind, diagnostics)
  }

  /// The values of a trial.
  package func assignment(ofTrial number: Int, in study: StudyState) -> Assignment {
    let split = TrialSplit(study)
    if split.rankedCount < startupTrials {
      return SobolSampler().assignment(ofTrial: number, in: study)
    }
    let densities = groups(of: study.space).map { group in
      GroupDensities(group, split, study.space)
    }
    let draws = SearchDraws(seed: study.seed, trial: number)
    var assignment = Assignment()
    for attempt in 0..<Self.attempts {
      // The same values would train to the same result. The fewer candidates, the farther off the best are found.
      let candidates = max(candidates >> attempt, 1)
      assignment = proposal(densities, of: candidates, in: study.space) { place, candidate in
        draws.unit(place, draw: 1 + attempt * self.candidates + candidate)
      }
      if !study.trials.contains(where: { $0.assignment == assignment }) { break }
    }
    return assignment
  }

  /// The parameters that share a density, by place; those that others depend on come first.
  private func groups(of space: SearchSpace) -> [[Int]] {
    var groups: [[Int]] = []
    for (index, parameter) in space.parameters.enumerated() {
      let place = groups.firstIndex { group in
        space.parameters[group[0]].conditions == parameter.conditions
      }
      if isMultivariate, let place {
        groups[place].append(index)
      } else {
        groups.append([index])
      }
    }
    return groups
  }

  /// Values for all parameters whose conditions hold, group by group.
  ///
  /// - Parameters:
  ///   - groups: the densities of each group.
  ///   - candidates: values drawn of which one is taken.
  ///   - space: what is searched.
  ///   - unit: random numbers by place and candidate.
  /// - Returns: the values.
  private func proposal(
    _ groups: [GroupDensities], of candidates: Int, in space: SearchSpace,
    _ unit: (Int, Int) -> Double
  ) -> Assignment {
    var assignment = Assignment(repeating: nil, count: space.parameters.count)
    for group in groups where space.isActive(group.parameters[0], in: assignment) {
      let kernelPlace = space.parameters.count + group.parameters[0]
      let values = group.best(of: candidates) { axis, candidate in
        unit(axis < group.parameters.count ? group.parameters[axis] : kernelPlace, candidate)
      }
      for (index, value) in zip(group.parameters, values) { assignment[index] = value }
    }
    return assignment
  }
}

/// The densities of the best trials and of the others over parameters that have values in the same trials.
private struct GroupDensities {
  /// The places of the parameters.
  let parameters: [Int]
  private let good: ParzenEstimator
  private let rest: ParzenEstimator

  init(_ parameters: [Int], _ split: TrialSplit, _ space: SearchSpace) {
    self.parameters = parameters
    let domains = parameters.map { space.parameters[$0].domain }
    func estimator(_ trials: [Trial]) -> ParzenEstimator {
      // Where the first has a value all have one.
      let observations = trials.filter { $0.assignment[parameters[0]] != nil }
      return ParzenEstimator(
        observations.map { trial in parameters.compactMap { trial.assignment[$0] } },
        domains: domains)
    }
    good = estimator(split.good)
    rest = estimator(split.rest)
  }

  /// Of values drawn from the density of the best trials those that speak most for it; of equal ones the first.
  func best(of candidates: Int, _ unit: (Int, Int) -> Double) -> [ParameterValue] {
    var best: (values: [ParameterValue], quotient: Double) = ([], -.infinity)
    for candidate in 0..<candidates {
      let values = good.draw { unit($0, candidate) }
      let quotient = good.logDensity(at: values) - rest.logDensity(at: values)
      if best.values.isEmpty || quotient > best.quotient { best = (values, quotient) }
    }
    return best.values
  }
}
