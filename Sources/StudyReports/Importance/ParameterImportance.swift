internal import HyperparameterSearch

/// How much each parameter of a study matters by itself, as far as its trials tell.
struct ParameterImportance {
  /// The budget after which values are compared.
  let budget: Int
  /// How many trials have a value there.
  let trialCount: Int
  /// The share of the variance that each parameter explains by itself; nil where too few trials have values, or all
  /// the same one.
  let mainEffects: [Double]?

  /// With fewer trials nothing is computed: shares would be noise.
  static let fewestTrials = 10
  /// As many trials are enough to prefer a larger budget.
  static let enoughTrials = 20

  /// What main effects do not explain, at least 0.
  var interactions: Double? {
    mainEffects.map { max(0, 1 - $0.reduce(0, +)) }
  }

  /// Analyzes the trials of a study.
  ///
  /// Values of trials are compared after the same budget: the largest that enough trials reached, or where none was
  /// reached by enough, the one that most did.
  init(_ study: StudyState) {
    let trials = study.trials.filter { $0.value?.isFinite == true }
    let reached = Set(trials.map { Self.budget(of: $0, in: study) }).sorted(by: >).map { budget in
      (budget: budget, count: trials.count { Self.budget(of: $0, in: study) >= budget })
    }
    let chosen =
      reached.first { $0.count >= Self.enoughTrials }
      ?? reached.max { $0.count < $1.count }
    let budget = chosen?.budget ?? study.fullBudget
    let values = trials.compactMap { trial -> (assignment: Assignment, value: Double)? in
      guard Self.budget(of: trial, in: study) >= budget, let value = trial.value(at: budget),
        value.isFinite
      else { return nil }
      return (trial.assignment, value)
    }
    self.budget = budget
    trialCount = values.count
    guard values.count >= Self.fewestTrials, let low = values.map(\.value).min(),
      let high = values.map(\.value).max(), low < high
    else {
      mainEffects = nil
      return
    }
    // Shares stay the same when all values are moved and stretched; squares of values within 1 do not overflow.
    let range = Scale(low, high)
    let samples = values.map {
      Sample(
        coordinates: study.space.coordinates(of: $0.assignment), value: range.place(of: $0.value))
    }
    let features = study.space.parameters.map { Feature($0.domain) }
    mainEffects = FunctionalANOVA.mainEffects(
      of: Forest(samples, features: features, seed: study.seed), features: features)
  }

  /// How far a trial came; one that ended by itself, as early stopping does, came to the end.
  private static func budget(of trial: Trial, in study: StudyState) -> Int {
    trial.state == .completed ? study.fullBudget : trial.budget
  }
}

extension Feature {
  init(_ domain: ParameterDomain) {
    switch domain {
    case .float, .integer: self = .ordered
    case .choice(let choices): self = .categories(choices.count)
    }
  }
}

extension SearchSpace {
  /// The point of an assignment: places in the unit interval, the number of a choice, nil without a value.
  fileprivate func coordinates(of assignment: Assignment) -> [Double?] {
    zip(parameters, assignment).map { parameter, value in
      value.map { value in
        if case .choice(let index) = value { return Double(index) }
        return parameter.domain.unit(of: value)
      }
    }
  }
}
