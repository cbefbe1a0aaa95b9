package import Options

/// Tries the values that promise the largest improvement over the best ones so far.
///
/// A Gaussian process is fitted to what is known, and the expected improvement under it is maximized: *Practical Bayesian
/// Optimization of Machine Learning Algorithms*, Snoek, Larochelle and Adams, 2012. Its cost grows with the third power
/// of the number of trials, so it is for trials that take seconds or more, and learns from some of them alone where
/// there are many.
package struct GaussianProcessSampler: Sampler {
  package static let kind = "gp"
  package var learns: Bool { true }

  /// Trials with a result before a process is fitted; until then trials are those of the Sobol sampler.
  let startupTrials: Int

  /// Makes the sampler.
  package init(startupTrials: Int = 10) {
    precondition(startupTrials >= 2, "\(startupTrials) trials to begin with")
    self.startupTrials = startupTrials
  }

  /// Reads `startup_trials`.
  package init(options: OptionReader) {
    self.init(startupTrials: options.integer("startup_trials", default: 10, in: 2...))
    options.finish(hints: ["n_startup_trials": "write `startup_trials`"])
  }

  /// Refuses a space that the Sobol sampler cannot spread the first trials over.
  package func check(_ space: SearchSpace, _ diagnostics: Diagnostics) {
    SobolSampler.checkDimensions(space, for: Self.kind, diagnostics)
  }

  /// The values of a trial.
  package func assignment(ofTrial number: Int, in study: StudyState) -> Assignment {
    guard let known = TrialCosts(study, atLeast: startupTrials) else {
      return SobolSampler().assignment(ofTrial: number, in: study)
    }
    let search = ImprovementSearch(known, study.space)
    let draws = SearchDraws(seed: study.seed, trial: number)
    let tried = Set(study.trials.map(\.assignment))
    return search.best(excluding: tried) { index, draw in draws.unit(index, draw: 1 + draw) }
  }
}
