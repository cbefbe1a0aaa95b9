import Glibc
import HyperparameterSearch
import Options
import TestSupport

@testable import StudyReports

/// Studies that nobody ran, for pages to show.
enum MadeUpStudy {
  /// A space with each kind of parameter.
  static let space = SearchSpace([
    Parameter("optimizer", .choice(["adam", "sgd", "lion"].map { Choice(OptionValue.text($0)) })),
    Parameter(
      "learning_rate", keys: ["optimizer.adam.learning_rate"],
      .float(low: 1e-4, high: 1e-1, step: nil, isLog: true)),
    Parameter(
      "optimizer.sgd.momentum", .float(low: 0, high: 0.99, step: nil, isLog: false),
      conditions: [.init(of: 0, among: [.choice(1)])]),
    Parameter(
      "width", keys: ["model.layers.0.dense.units"],
      .integer(low: 16, high: 512, step: 1, isLog: true)),
    Parameter(
      "model.layers.0.dense.activation",
      .choice(["relu", "tanh", "gelu", "swish"].map { Choice(OptionValue.text($0)) })),
    Parameter("model.layers.1.dropout.rate", .float(low: 0, high: 0.6, step: 0.1, isLog: false)),
  ])

  /// A study by successive halving with budgets of 1, 3, 9 and 27 epochs, of which a few trials fail.
  static func halving(
    trials count: Int = 60, named name: String = "digits-mlp-asha", failures: Bool = true
  ) -> StudySummary {
    var random = Random(seed: 11)
    func unit() -> Double { Double(random.below(1 << 30)) * 0x1p-30 }
    var trials = (0..<count).map { number in
      let point = space.parameters.map { _ in unit() }
      let assignment = space.assignment(at: point)
      let reports = curve(point, assignment, noise: unit()).enumerated().map {
        Report(budget: $0.offset + 1, value: $0.element)
      }
      return Trial(number: number, assignment: assignment, state: .completed, reports: reports)
    }
    let failed = Set(failures ? [7, 23, 41].filter { $0 < count } : [])
    var left = Set(0..<count).subtracting(failed)
    for budget in [1, 3, 9] {
      let kept = left.sorted {
        (trials[$0].value(at: budget) ?? 0, $1) > (trials[$1].value(at: budget) ?? 0, $0)
      }.prefix(max(1, left.count / 3))
      for number in left.subtracting(kept) {
        trials[number] = trials[number].cut(after: budget, .pruned)
      }
      left = Set(kept)
    }
    for number in failed {
      trials[number] = trials[number].cut(
        after: number % 2 == 0 ? 1 : 0,
        .failed("diverged at step \(number * 3): train/loss is nan"))
    }
    return summary(of: trials, named: name)
  }

  /// The summary of a study with some trials.
  static func summary(
    of trials: [Trial], named name: String = "study", in space: SearchSpace = space,
    direction: Direction = .maximize
  ) -> StudySummary {
    StudySummary(
      name: name, period: "2026-11-30 10:12 to 10:31", metric: "validation/accuracy",
      unit: .epochs,
      study: StudyState(
        space: space, direction: direction, seed: 7, fullBudget: 27, trialLimit: trials.count,
        trials: trials),
      seconds: Dictionary(
        uniqueKeysWithValues: trials.map { ($0.number, Double($0.budget) * 0.83 + 0.04) }),
      sampler: "tpe: {startup_trials: 10}", scheduler: "asha: {reduction: 3}", concurrency: 4,
      bestConfiguration: """
        name: digits-mlp
        model:
          layers:
            - dense: {units: 64, activation: relu}
            - dropout: {rate: 0.2}
            - dense: {units: 10}
        optimizer: {adam: {learning_rate: 0.0031}}
        """)
  }

  /// A trial with every parameter's value from one place of the unit interval.
  static func trial(
    _ number: Int, _ state: TrialState, values: [Double], at place: Double = 0.4,
    in space: SearchSpace = space
  ) -> Trial {
    Trial(
      number: number, assignment: space.assignment(at: space.parameters.map { _ in place }),
      state: state,
      reports: values.enumerated().map { Report(budget: $0.offset + 1, value: $0.element) })
  }

  /// A study whose trials lie evenly along the diagonal of the space.
  static func evenly(
    _ count: Int, _ state: TrialState = .completed, values: (Int) -> [Double]
  ) -> StudySummary {
    summary(
      of: (0..<count).map { number in
        trial(number, state, values: values(number), at: Double(number) / Double(count))
      })
  }

  /// A study whose names have about 80 characters.
  static var longNames: StudySummary {
    let part = "residual.layers.3.multi_head_attention.output_projection"
    let parameters = (0..<9).map { layer in
      let name = "model.layers.\(layer).\(part)"
      if layer.isMultiple(of: 3) {
        let choices = (0..<layer + 2).map { "a_rather_long_choice_name_\($0)" }
        return Parameter(
          "\(name).initializer", .choice(choices.map { Choice(OptionValue.text($0)) }))
      }
      return Parameter("\(name).rate", .float(low: 0, high: 1e-7, step: nil, isLog: false))
    }
    let space = SearchSpace(parameters)
    let trials = (0..<40).map { number in
      let value = Double(number * 7 % 13) / 13
      return trial(
        number, number.isMultiple(of: 5) ? .pruned : .completed, values: [value],
        at: Double(number) / 40, in: space)
    }
    return summary(
      of: trials, named: String(repeating: "a-very-long-name-of-a-study-", count: 3), in: space)
  }

  private static func curve(
    _ point: [Double], _ assignment: Assignment, noise: Double
  ) -> [Double] {
    let rate = (point[1] - (assignment[0] == .choice(1) ? 0.75 : 0.45)) * 2
    let momentum = assignment[2] == nil ? 0 : 0.05 * (point[2] - 0.5)
    let width = 0.04 * point[3]
    let activation = assignment[4] == .choice(1) ? -0.03 : 0
    let dropout = -0.06 * point[5] * point[5]
    let last =
      0.97 - 0.5 * rate * rate + width + momentum + activation + dropout + 0.02 * (noise - 0.5)
    return (1...27).map { epoch in
      let wobble = 0.008 * sin(Double(epoch) * (3 + noise))
      let value = last * (1 - exp(-Double(epoch) * (0.3 + 0.8 * point[1]))) + wobble
      return max(0.1, value - 0.04)
    }
  }
}

extension Trial {
  /// The trial as it stood after a part of its training.
  fileprivate func cut(after budget: Int, _ state: TrialState) -> Trial {
    Trial(
      number: number, assignment: assignment, state: state,
      reports: reports.filter { $0.budget <= budget })
  }
}
