internal import Networks
internal import RunRecords

extension TrainingReport {
  /// The report's metrics under their names in records and on screen, the most telling first.
  func values(_ metrics: MetricSet) -> [MetricsRecord.Value] {
    var values = metrics.values(of: sums).map { MetricsRecord.Value($0.name, $0.value) }
    if let gradientNorm { values.append(MetricsRecord.Value("gradient_norm", gradientNorm)) }
    if let learningRate { values.append(MetricsRecord.Value("learning_rate", learningRate)) }
    return values
  }

  /// The metrics that the console has room for.
  func shown(_ metrics: MetricSet) -> [MetricsRecord.Value] {
    var report = self
    report.gradientNorm = nil
    report.learningRate = nil
    return report.values(metrics)
  }
}
