import Networks
import RunRecords
import TestSupport
import Testing

@testable import Training

@Suite("The records of a run")
struct MetricsObserverTests {
  private static func report(_ step: Int) -> TrainingReport {
    var sums = LossSums()
    sums.loss = 3
    sums.weight = 2
    sums.squaredError = 8
    sums.absoluteError = 4
    sums.count = 2
    return TrainingReport(step: step, epoch: 1, sums: sums, gradientNorm: nil, seconds: 1)
  }

  @Test("have one test of a step, however often a finished run is launched again")
  func oneTest() throws {
    let directory = try TemporaryFolder()
    let folder = try RunFolder.create(root: directory.path, name: "run")
    for launch in 0..<3 {
      let log = try MetricsLog.open(folder.metricsPath, resumingAt: launch == 0 ? nil : 5)
      let observer = MetricsObserver(
        log, tensorBoard: try TensorBoardLog(folder: folder), metrics: .errors)
      if launch == 0 { try observer.handle(.epoch(Self.report(5))) }
      try observer.handle(.test(Self.report(5)))
    }
    let records = try MetricsLog.open(folder.metricsPath).records
    #expect(records.map(\.split) == ["train_epoch", "test"])
    #expect(records[1].values.map(\.name) == ["loss", "rmse", "mae"])
    #expect(records[1].values.map(\.value) == [1.5, 2, 2])
  }

  @Test("have the learning rate of each step that they tell of")
  func learningRate() throws {
    let directory = try TemporaryFolder()
    let folder = try RunFolder.create(root: directory.path, name: "run")
    let observer = MetricsObserver(
      try MetricsLog.open(folder.metricsPath), tensorBoard: try TensorBoardLog(folder: folder),
      metrics: .errors)
    var report = Self.report(5)
    report.learningRate = 0.003
    try observer.handle(.log(report))
    try observer.handle(.validation(Self.report(5)))
    let records = try MetricsLog.open(folder.metricsPath).records
    #expect(records.map { $0["learning_rate"] } == [0.003, nil])
  }
}
