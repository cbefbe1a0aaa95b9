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

  /// Looks at a study.
  ///
  /// - Parameters:
  ///   - study: the study.
  ///   - cache: keeps the data that was looked at, for the trials.
  package init(_ study: StudyConfiguration, cache: DataCache) {
    self.study = study
    self.cache = cache
  }

  /// Builds the network of the base and of each value at the borders of each parameter's domain, with the data.
  ///
  /// - Throws: `OptionsError` with every problem, told once; what is wrong with the data.
  package func run() throws {
    let diagnostics = Diagnostics()
    var told: Set<String> = []
    for assignment in study.space.extremes {
      do {
        try check(assignment)
      } catch let error as OptionsError {
        for problem in error.problems where told.insert(problem.message).inserted {
          diagnostics.report(problem)
        }
      } catch let error as TrainingError {
        let message = "\(error)".split(separator: "\n").first.map(String.init) ?? "\(error)"
        guard told.insert(message).inserted else { continue }
        diagnostics.report(message, hint: "it happens with \(study.space.text(assignment))")
      }
    }
    try diagnostics.throwIfAny()
  }

  private func check(_ assignment: Assignment) throws {
    let configuration = try study.configuration(of: assignment)
    let plan = try TrainingPlan(
      configuration, data: cache.data(of: configuration),
      shards: configuration.train.shards ?? StudyConfiguration.defaultShards)
    let metric = study.metric
    if metric.part == .validation, plan.data.validation == nil {
      throw OptionsError(problems: [
        Diagnostic(
          "the study is judged by \(metric.rawValue), but the base has no validation part",
          hint: "hold one out with `set: {data.validation: {fraction: 0.1}}`")
      ])
    }
    if !metric.quantity.isMeasured(in: plan.metrics) {
      throw OptionsError(problems: [
        Diagnostic(
          "the study is judged by \(metric.rawValue), which is not measured with the loss "
            + type(of: plan.loss).kind)
      ])
    }
  }
}
