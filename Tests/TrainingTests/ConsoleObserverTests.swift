import Networks
import Optimizers
import RunRecords
import Testing

@testable import Training

/// A terminal that keeps what is written, with a clock that stands still.
private final class Screen {
  var text = ""

  func reporter(_ style: ProgressStyle) -> ProgressReporter {
    ProgressReporter(
      style: style,
      surroundings: ProgressReporter.Surroundings(
        seconds: { 0 }, columns: { 80 }, write: { [self] in text += $0 }))
  }
}

@Suite("The console")
struct ConsoleObserverTests {
  private static func description(steps: Int = 4, workers: Int = 2) -> RunDescription {
    RunDescription(
      name: "digits", ranks: 2, workers: workers, shards: 8, globalBatch: 256, samples: 500,
      validationSamples: 50, testSamples: 0, parameters: 1234, stepsPerEpoch: 2, totalSteps: steps,
      startStep: 0, metrics: .accuracy, instructionSet: "AVX-512", exchange: "a shared window")
  }

  private static func report(_ step: Int, loss: Double = 1) -> TrainingReport {
    var sums = LossSums()
    sums.loss = loss * 4
    sums.weight = 4
    sums.correct = 3
    sums.count = 4
    return TrainingReport(
      step: step, epoch: (step + 1) / 2, sums: sums, gradientNorm: 2, seconds: 0)
  }

  @Test("says in words what a run is")
  func banner() {
    #expect(
      ConsoleObserver.banner(Self.description()) == [
        "digits: 1,234 parameters; 500 training, 50 validation samples",
        "global batch 256 = 8 shards x 32; 2 ranks x 2 workers run 2 each; "
          + "same bits on any ranks x workers up to 8",
        "2 steps an epoch, 4 in all; gradients by a shared window; AVX-512",
      ])
    var uneven = Self.description(workers: 1)
    uneven.ranks = 3
    uneven.globalBatch = 100
    uneven.startStep = 7
    let lines = ConsoleObserver.banner(uneven)
    #expect(
      lines[1]
        == "global batch 100 = 8 shards x about 12; 3 ranks x 1 worker run 2 or 1 more each; "
        + "same bits on any ranks x workers up to 8")
    #expect(lines.last == "resumed after step 7")
    uneven.warnings = ["the ranks differ\n  hint: make them alike"]
    #expect(
      ConsoleObserver.banner(uneven).last == "warning: the ranks differ\n  hint: make them alike")
  }

  @Test("shows a line an epoch, and evaluations below it")
  func lines() {
    let screen = Screen()
    let observer = ConsoleObserver(screen.reporter(.plain), epochs: 2)
    observer.handle(.started(Self.description()))
    screen.text = ""
    observer.handle(.step(Self.report(1)))
    observer.handle(.step(Self.report(2)))
    observer.handle(.epoch(Self.report(2, loss: 0.5)))
    observer.handle(.validation(Self.report(2, loss: 0.25)))
    observer.handle(.test(Self.report(4, loss: 0.125)))
    let lines = screen.text.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[0].hasPrefix("epoch 1/2  loss 0.500 accuracy 0.750"))
    #expect(!lines[0].contains("gradient_norm"))
    #expect(lines[1].hasPrefix("  validation  loss 0.250  accuracy 0.750"))
    #expect(lines[2].hasPrefix("test        loss 0.125  accuracy 0.750"))
  }

  @Test("shows no validation without the epoch's line that it belongs to")
  func quiet() {
    let screen = Screen()
    let observer = ConsoleObserver(screen.reporter(.none), epochs: 2)
    observer.handle(.started(Self.description()))
    screen.text = ""
    observer.handle(.epoch(Self.report(2)))
    observer.handle(.validation(Self.report(2)))
    #expect(screen.text == "")
    observer.handle(.test(Self.report(2)))
    #expect(screen.text.hasPrefix("test "))
  }

  @Test("tells of the epoch within which a run by steps ends")
  func partialEpoch() {
    let screen = Screen()
    let observer = ConsoleObserver(screen.reporter(.plain), epochs: nil)
    observer.handle(.started(Self.description(steps: 3)))
    for step in 1...3 {
      observer.handle(.step(Self.report(step, loss: Double(step))))
      if step == 2 { observer.handle(.epoch(Self.report(2))) }
    }
    let lines = screen.text.split(separator: "\n")
    #expect(lines.last?.hasPrefix("epoch 2  loss 3.000 accuracy 0.750") == true)
  }

  @Test("says why a run ended early, after the line of the epoch that it ended in")
  func earlyStop() {
    let screen = Screen()
    let observer = ConsoleObserver(screen.reporter(.plain), epochs: 9)
    observer.handle(.started(Self.description(steps: 18)))
    screen.text = ""
    observer.handle(.step(Self.report(1, loss: 3)))
    var stagnation = Stagnation()
    stagnation.best = 0.34211
    stagnation.bestStep = 1
    stagnation.waited = 5
    observer.handle(
      .stoppedEarly(EarlyStop(step: 1, metric: .validationLoss, stagnation: stagnation)))
    observer.handle(
      .restored(RestoredBest(step: 1, metric: .validationAccuracy, value: 0.987)))
    let lines = screen.text.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.first?.hasPrefix("epoch 1/9  loss 3.000") == true)
    #expect(
      lines.dropFirst() == [
        "early stop after step 1: validation/loss did not improve on 0.342 (step 1) for 5 validations",
        "parameters of step 1 restored: validation/accuracy 0.987",
      ])
  }

  @Test("says what checkpoints cost, unless it is to be quiet")
  func pauses() {
    var pauses = CheckpointPauses()
    pauses.add(0.0004)
    pauses.runSeconds = 100
    for (style, text) in [
      (
        ProgressStyle.plain,
        "checkpoints 1 written in the background; training paused 0.4 ms for it, "
          + "less than 0.01 % of the run\n"
      ), (.none, ""),
    ] {
      let screen = Screen()
      ConsoleObserver(screen.reporter(style), epochs: 2).handle(.checkpointsCompleted(pauses))
      #expect(screen.text == text)
    }
    for seconds in [0.0006, 0.003, 0.008] { pauses.add(seconds) }
    pauses.runSeconds = 30
    #expect(
      ConsoleObserver.text(pauses)
        == "checkpoints 4 written in the background; training paused 12 ms for them, "
        + "0.04 % of the run")
  }

  @Test("leaves the line of the epoch within which a run was stopped")
  func interrupted() {
    let screen = Screen()
    let observer = ConsoleObserver(screen.reporter(.live), epochs: 2)
    observer.handle(.started(Self.description()))
    observer.handle(.step(Self.report(1)))
    let line = screen.text.split(separator: "\r").last ?? ""
    observer.handle(.checkpointsCompleted(CheckpointPauses()))
    #expect(screen.text.contains("\(line)\ncheckpoints 0"), "\(screen.text.debugDescription)")
  }

  @Test("tells of warnings")
  func warning() {
    let screen = Screen()
    ConsoleObserver(screen.reporter(.none), epochs: 2).handle(.warning("the disk creaks"))
    #expect(screen.text == "warning: the disk creaks\n")
  }

  @Test("tells of a reduced learning rate where it shows progress")
  func reduction() {
    let reduction = RateReduction(
      step: 6, from: 0.1, to: 0.1 * 0.1, metric: .trainLoss, best: nil)
    for (style, text) in [
      (
        ProgressStyle.plain,
        "  learning rate 0.1 reduced to 0.01 after step 6: train/loss was not a number\n"
      ), (.none, ""),
    ] {
      let screen = Screen()
      ConsoleObserver(screen.reporter(style), epochs: 2).handle(.reducedLearningRate(reduction))
      #expect(screen.text == text)
    }
  }
}
