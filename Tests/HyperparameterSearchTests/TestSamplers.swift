import Options

@testable import HyperparameterSearch

/// Half of the time a point near the best one so far, as a sampler that learns from all that is known does.
struct NearTheBest: Sampler {
  static let kind = "near_the_best"
  var learns: Bool { true }

  init() {}

  init(options: OptionReader) { options.finish() }

  func assignment(ofTrial number: Int, in study: StudyState) -> Assignment {
    let draws = SearchDraws(seed: study.seed, trial: number)
    let known = study.trials.filter { $0.value != nil }
    guard draws.unit(0, draw: 1) < 0.5,
      let best = known.min(by: { study.isAhead($0, of: $1) })
    else { return RandomSampler().assignment(ofTrial: number, in: study) }
    return study.space.assignment { index, parameter in
      guard let value = best.assignment[index] else { return parameter.domain.value(at: 0.5) }
      let unit = parameter.domain.unit(of: value) + 0.1 * (draws.unit(index, draw: 2) - 0.5)
      return parameter.domain.value(at: min(max(unit, 0), 0.999))
    }
  }
}

/// Random values, but only so many trials, as a grid has.
struct LimitedSampler: Sampler {
  static let kind = "limited"
  let trials: Int
  var learns: Bool { false }

  init(trials: Int) { self.trials = trials }

  init(options: OptionReader) { self.init(trials: options.integer("trials", in: 1...)) }

  func limit(in space: SearchSpace) -> Int? { trials }

  func assignment(ofTrial number: Int, in study: StudyState) -> Assignment {
    RandomSampler().assignment(ofTrial: number, in: study)
  }
}

/// A scheduler that decides like another one, but never gives a waiting trial up.
struct KeepingAll: Scheduler {
  static let kind = "keeping_all"
  let scheduler: any Scheduler
  var reacts: Bool { scheduler.reacts }

  init(_ scheduler: any Scheduler) { self.scheduler = scheduler }

  init(options: OptionReader) { self.init(FullTraining(options: options)) }

  func check(fullBudget: Int, _ diagnostics: Diagnostics) {}

  func firstBudget(ofTrial number: Int, in study: StudyState) -> Int {
    scheduler.firstBudget(ofTrial: number, in: study)
  }

  func decide(_ trial: Trial, in study: StudyState) -> Decision {
    scheduler.decide(trial, in: study)
  }

  func promotion(in study: StudyState) -> Promotion? { scheduler.promotion(in: study) }

  func promotable(in study: StudyState) -> Set<Int> { Set(study.trials.indices) }
}
