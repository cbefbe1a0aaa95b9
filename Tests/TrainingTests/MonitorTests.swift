import Configuration
import Datasets
import Foundation
import JSONText
import Networks
import Operators
import Optimizers
import RunRecords
import TestSupport
import Testing

@testable import Training

/// Keeps the norms that are reported, and what the console says.
private final class Listener: TrainingObserver {
  var reports: [TensorNormsReport] = []
  var text = ""
  private lazy var console = ConsoleObserver(
    ProgressReporter(
      style: .none,
      surroundings: ProgressReporter.Surroundings(
        seconds: { 0 }, columns: { 80 }, write: { [weak self] in self?.text += $0 })),
    epochs: nil)

  func handle(_ event: TrainingEvent) {
    if case .tensorNorms(let report) = event { reports.append(report) }
    console.handle(event)
  }
}

@Suite("The monitor of gradients", .serialized)
struct MonitorTests {
  private static func listen(
    _ model: ModelSpec, data: DataSplits? = nil, optimizer: any Optimizer,
    groups: [ParameterGroup] = [], settings: TrainSettings
  ) throws -> Listener {
    let listener = Listener()
    var trainer = Trainer(
      model, data: try data ?? TrainerTests.digits(), optimizer: optimizer, settings: settings,
      seed: 1, observers: [listener])
    trainer.parameterGroups = groups
    _ = try trainer.run()
    return listener
  }

  @Test("warns of a deep network of sigmoids, and names its first layer first")
  func vanishing() throws {
    let model = Sequential {
      for _ in 0..<12 { Dense(32, activation: .sigmoid) }
      Dense(10)
    }
    let listener = try Self.listen(
      model, optimizer: SGD(learningRate: 0.1),
      settings: TrainSettings(
        length: .steps(60), globalBatch: 32, shards: 4, monitorEverySteps: 10))
    #expect(listener.reports.map(\.step) == [10, 20, 30, 40, 50, 60])
    #expect(
      listener.text.contains("warning: vanishing gradient in dense_1 at step 20: its norm is "),
      "\(listener.text)")
    #expect(listener.text.components(separatedBy: "vanishing gradient in dense_1 ").count == 2)
    #expect(listener.text.contains("gradients at 6 looks: vanishing in dense_1 (5)"))
    #expect(!listener.text.contains("exploding") && !listener.text.contains("dead"))
  }

  @Test("finds nothing wrong with configs/digits-mlp.yaml in all its epochs")
  func healthy() throws {
    let configuration = try RunConfiguration(path: RepositoryFiles.path("configs/digits-mlp.yaml"))
    var settings = configuration.train
    settings.monitorEverySteps = 1
    let listener = try Self.listen(
      configuration.model, data: configuration.data.load(seed: configuration.seed),
      optimizer: configuration.optimizer, settings: settings)
    #expect(listener.reports.count > 500)
    #expect(!listener.text.contains("warning") && !listener.text.contains("gradients at"))
  }

  @Test("reports the norms of the tensors that are trained, in order of execution")
  func norms() throws {
    let model = Sequential {
      Dense(8, activation: .relu)
      Dense(10)
    }
    func norms(workers: Int) throws -> [TensorNormsReport] {
      try Self.listen(
        model, optimizer: LAMB(learningRate: 0.01),
        groups: [ParameterGroup("dense_1.bias", isFrozen: true)],
        settings: TrainSettings(
          length: .steps(3), globalBatch: 32, shards: 4, workers: workers, monitorEverySteps: 2)
      ).reports
    }
    let reports = try norms(workers: 1)
    #expect(reports.map(\.step) == [2])
    #expect(
      reports[0].tensors.map(\.name) == ["dense_1.weight", "dense_2.weight", "dense_2.bias"])
    #expect(reports[0].tensors.allSatisfy { $0.gradient > 0 && $0.weight > 0 })
    #expect(try norms(workers: 3)[0].tensors == reports[0].tensors)
  }

  @Test("agrees with the norm of the whole gradient and with the parameters")
  func wholeNorm() throws {
    final class Steps: TrainingObserver {
      var norm = 0.0
      var monitored: TensorNormsReport?
      func handle(_ event: TrainingEvent) {
        if case .tensorNorms(let report) = event { monitored = report }
        if case .step(let report) = event { norm = report.gradientNorm ?? 0 }
      }
    }
    let steps = Steps()
    let result = try Trainer(
      TrainerTests.model, data: TrainerTests.digits(),
      settings: TrainSettings(
        length: .steps(4), globalBatch: 32, shards: 4, monitorEverySteps: 4), observers: [steps]
    ).run()
    let tensors = try #require(steps.monitored).tensors
    let total = tensors.reduce(0) { $0 + $1.gradient * $1.gradient }.squareRoot()
    #expect(abs(total / steps.norm - 1) < 1e-12)
    for tensor in tensors {
      let values = try #require(result.parameters.first { $0.name == tensor.name }).values
      let norm = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect(abs(tensor.weight / norm - 1) < 1e-12)
    }
  }

  @Test("changes nothing")
  func sameBits() throws {
    func hash(_ every: Int?) throws -> String {
      try Trainer(
        TrainerTests.model, data: TrainerTests.digits(),
        settings: TrainSettings(
          length: .steps(9), globalBatch: 32, shards: 4, clipNorm: 0.5, monitorEverySteps: every)
      ).run().weightsHash
    }
    #expect(try hash(2) == hash(nil))
  }

  @Test("is recorded under tags that TensorBoard groups")
  func records() throws {
    let directory = try TemporaryFolder()
    let folder = try RunFolder.create(root: directory.path, name: "run")
    let tensorBoard = try TensorBoardLog(folder: folder)
    let observer = MetricsObserver(
      try MetricsLog.open(folder.metricsPath), tensorBoard: tensorBoard, metrics: .accuracy)
    try observer.handle(
      .tensorNorms(
        TensorNormsReport(
          step: 20, epoch: 2, seconds: 1.5,
          tensors: [TensorNormsReport.Tensor(name: "dense_1.weight", gradient: 0.5, weight: 4)])))
    try tensorBoard.flush()
    let record = try #require(try MetricsLog.open(folder.metricsPath).records.first)
    #expect(record.split == "monitor" && record.step == 20 && record.epoch == 2)
    #expect(record["gradient_norm/dense_1.weight"] == 0.5)
    #expect(record["weight_norm/dense_1.weight"] == 4)
    let events = String(
      decoding: try Data(contentsOf: URL(fileURLWithPath: tensorBoard.path)), as: UTF8.self)
    #expect(events.contains("gradient_norm/dense_1.weight"))
    #expect(!events.contains("monitor"))
  }
}
