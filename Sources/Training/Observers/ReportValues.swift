internal import Networks
internal import RunRecords

extension TrainingReport {
  /// The report's metrics under their names in records and on screen, the most telling first.
  func values(isClassification: Bool) -> [MetricsRecord.Value] {
    var values = [MetricsRecord.Value("loss", sums.meanLoss)]
    if isClassification {
      values.append(MetricsRecord.Value("accuracy", sums.accuracy))
    } else {
      values.append(MetricsRecord.Value("rmse", sums.rootMeanSquaredError))
      values.append(MetricsRecord.Value("mae", sums.meanAbsoluteError))
    }
    if let gradientNorm { values.append(MetricsRecord.Value("gradient_norm", gradientNorm)) }
    if let learningRate { values.append(MetricsRecord.Value("learning_rate", learningRate)) }
    return values
  }

  /// The metrics that the console has room for.
  func shown(isClassification: Bool) -> [MetricsRecord.Value] {
    var report = self
    report.gradientNorm = nil
    report.learningRate = nil
    return report.values(isClassification: isClassification)
  }
}
