internal import Configuration
internal import Datasets
package import HyperparameterSearch
internal import Networks
internal import Optimizers
internal import Options
internal import Training

/// Finds out before a study begins whether its trials can be trained at all.
package struct StudyCheck {
  private let study: StudyConfiguration
  private let cache: DataCache
  /// Ranks that train a trial together.
  private let ranks: Int

  /// Looks at a study.
  ///
  /// - Parameters:
  ///   - study: the study.
  ///   - cache: keeps the data that was looked at, for the trials.
  ///   - ranks: ranks that train a trial together.
  package init(_ study: StudyConfiguration, cache: DataCache, ranks: Int) {
    self.study = study
    self.cache = cache
    self.ranks = ranks
  }

  /// Builds the network of the base and of each value at the borders of each parameter's domain, with the data.
  ///
  /// - Throws: `OptionsError` with every problem, told once; what is wrong with the data.
  package func run() throws {
    let untouched = Assignment(repeating: nil, count: study.space.parameters.count)
    let own = try problems(untouched)
    if !own.isEmpty { throw OptionsError(problems: own) }
    var failure: (any Error)?
    let problems = study.space.problems { assignment in
      do {
        return try self.problems(assignment)
      } catch {
        failure = failure ?? error
        return []
      }
    }
    if let failure { throw failure }
    if !problems.isEmpty { throw OptionsError(problems: problems) }
  }

  /// What is wrong with a configuration that has some values in place.
  private func problems(_ assignment: Assignment) throws -> [Diagnostic] {
    do {
      try check(assignment)
      return []
    } catch let error as OptionsError {
      return error.problems
    } catch TrainingError.mismatch(let message, let hint) {
      return [Diagnostic(message, hint: hint)]
    }
  }

  private func check(_ assignment: Assignment) throws {
    let configuration = try study.configuration(of: assignment)
    let plan = try TrainingPlan(
      configuration, data: cache.data(of: configuration),
      shards: configuration.train.shards ?? StudyConfiguration.defaultShards)
    let shards = plan.batches.shards
    if shards < ranks {
      throw OptionsError(problems: [
        Diagnostic(
          "the \(shards) shards of a step cannot be dealt to the \(ranks) ranks of a trial, each needs at least one",
          hint: "take at most \(shards) `ranks_per_trial`; more `train.shards` are another study")
      ])
    }
    let metric = study.metric
    if metric.part == .validation, plan.data.validation == nil {
      throw OptionsError(problems: [
        Diagnostic(
          "the study is judged by \(metric.rawValue), but the base has no validation part",
          at: study.metricMark, hint: "hold one out with `set: {data.validation: {fraction: 0.1}}`")
      ])
    }
    if !metric.quantity.isMeasured(in: plan.metrics) {
      throw OptionsError(problems: [
        Diagnostic(
          "the study is judged by \(metric.rawValue), which is not measured with the loss "
            + type(of: plan.loss).kind, at: study.metricMark,
          hint: "measured are: "
            + RunMetric.allCases.filter { $0.quantity.isMeasured(in: plan.metrics) }
            .map(\.rawValue).joined(separator: ", "))
      ])
    }
  }
}
