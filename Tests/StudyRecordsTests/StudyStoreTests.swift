import DurableFiles
import HyperparameterSearch
import RunRecords
import StudyRecords
import TestSupport
import Testing

@Suite("The records of a study")
struct StudyStoreTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("study.db")
  }

  @Test("what was recorded comes back, to the bit")
  func roundTrip() throws {
    let store = try ExampleStudy.create(path)
    try ExampleStudy.fill(store)
    try store.close()
    let study = try StudySnapshot(path)
    #expect(study.description == ExampleStudy.description)
    #expect(study.writer == nil)
    #expect(study.trials.map(\.number) == [0, 1, 2, 3, 4])
    #expect(
      study.trials.map(\.state) == [
        .completed, .pruned, .failed("the loss is \"nan\"\nat step 7"), .running(until: 9), .paused,
      ])
    let first = study.trials[0]
    #expect(
      first.values.map(\.name) == ["lr", "dropout", "units", "depth", "optimizer"])
    #expect(first.values.map(\.text) == ["\(0.1 / 3)", "0.25", "48", "7", "adam"])
    #expect(
      first.values.map(\.value) == [
        .float(0.1 / 3), .float(0.25), .integer(48), .integer(7), .choice(0),
      ])
    #expect(first.reports == ExampleStudy.reports(0.5, 1.0 / 3, 0.75))
    #expect(first.started == ExampleStudy.time)
    #expect(first.ended == WallTime(seconds: ExampleStudy.time.seconds + 60))
    #expect((first.seconds, first.steps, first.attempts) == (1.5, 30, 1))
    #expect(study.trials[3]["momentum"]?.value == .float(0.9))
    #expect(study.trials[3]["optimizer"]?.text == "{sgd: {}}")
    #expect(
      study.trials[2].reports.map(\.value.bitPattern) == [
        Double.infinity.bitPattern, (-Double.infinity).bitPattern, Double.nan.bitPattern,
      ])
    #expect(study.best?.number == 0)
    #expect(
      study.trials.map { trial in study.space.parameters.map { trial[$0.name]?.value } }
        == [0, 2, 1, 5, 4].enumerated().map {
          ExampleStudy.trial($0.offset, choice: $0.element).assignment
        })
    #expect(study.space.parameters.map(\.name) == ExampleStudy.space.parameters.map(\.name))
    #expect(
      study.space.parameters[..<4].map(\.domain)
        == ExampleStudy.space.parameters[..<4].map(\.domain))
  }

  @Test("the results of jobs are known again, and nothing else is")
  func replay() throws {
    let results: [JobResult] = [
      .trained(ExampleStudy.reports(0.1, 0.2)), .ended(ExampleStudy.reports(0.3, from: 3)),
      .failed([], reason: "é"),
    ]
    let store = try ExampleStudy.create(path)
    try store.begin(ExampleStudy.trial(0))
    for (end, result) in zip([2, 5, 9], results) {
      try store.startJob(trial: 0, end: end, ranks: 0..<1, at: ExampleStudy.time)
      #expect(store.result(trial: 0, end: end) == nil)
      try store.finishJob(trial: 0, end: end, result, cost: ExampleStudy.cost)
      #expect(store.result(trial: 0, end: end) == result)
    }
    try store.close()
    let again = try StudyStore.open(path, space: ExampleStudy.space)
    #expect([2, 5, 9].map { again.result(trial: 0, end: $0) } == results)
    #expect(again.result(trial: 0, end: 3) == nil)
    #expect(again.result(trial: 1, end: 2) == nil)
  }

  @Test("a job that overlaps an earlier one has its own values")
  func overlap() throws {
    let store = try ExampleStudy.create(path)
    let (short, long) = ([Report(budget: 3, value: 0.5)], ExampleStudy.reports(0.1, 0.2, 0.5, 0.7))
    try store.begin(ExampleStudy.trial(0))
    for reports in [long, short] {
      try store.startJob(trial: 0, end: reports.count, ranks: 0..<1, at: ExampleStudy.time)
      try store.finishJob(
        trial: 0, end: reports.count, .ended(reports), cost: ExampleStudy.cost)
    }
    try store.close()
    let again = try StudyStore.open(path, space: ExampleStudy.space)
    #expect(again.result(trial: 0, end: 1) == .ended(short))
    #expect(again.result(trial: 0, end: 4) == .ended(long))
    #expect(try again.trials[0].reports == long)
  }

  @Test("attempts are counted before the job runs, over every opening")
  func attempts() throws {
    for attempt in 1...3 {
      let store =
        try attempt == 1
        ? ExampleStudy.create(path) : StudyStore.open(path, space: ExampleStudy.space)
      try store.begin(ExampleStudy.trial(0))
      for end in [9, 20 + attempt] {
        try store.startJob(trial: 0, end: end, ranks: 0..<1, at: ExampleStudy.time)
      }
      #expect(try StudySnapshot(path).trials[0].attempts == 2 * attempt)
      try store.close()
    }
  }

  @Test("a trial waits until its first job begins, and starts then")
  func waiting() throws {
    let store = try ExampleStudy.create(path)
    try store.begin(ExampleStudy.trial(0))
    #expect(try StudySnapshot(path).trials[0].started == nil)
    try store.startJob(trial: 0, end: 9, ranks: 0..<1, at: ExampleStudy.time)
    let later = WallTime(seconds: ExampleStudy.time.seconds + 100)
    try store.startJob(trial: 0, end: 27, ranks: 0..<1, at: later)
    #expect(try StudySnapshot(path).trials[0].started == ExampleStudy.time)
    #expect(try StudySnapshot(path).finishedJobs == 0)
  }

  @Test("a job on whose ranks one died twice has failed; those of other ranks go on")
  func deaths() throws {
    var store = try ExampleStudy.create(path)
    for trial in 0..<3 { try store.begin(ExampleStudy.trial(trial)) }
    for launch in 1...2 {
      for trial in 0..<3 {
        let ranks = 2 * trial..<2 * trial + 2
        try store.startJob(trial: trial, end: 9, ranks: ranks, at: ExampleStudy.time)
      }
      try store.finishJob(
        trial: 2, end: 9, .trained(ExampleStudy.reports(0.5)), cost: ExampleStudy.cost)
      try store.close()
      store = try StudyStore.open(path, space: ExampleStudy.space)
      // Rank 5 belonged to trial 2, which had its result before.
      #expect(try store.takeStock(deadRank: launch == 1 ? 3 : 2).map(\.trial) == [1])
      #expect(try store.takeStock(deadRank: 3).isEmpty)
      #expect(try store.takeStock(deadRank: 5).isEmpty)
    }
    #expect(store.result(trial: 0, end: 9) == nil)
    #expect(
      store.result(trial: 1, end: 9)
        == .failed([], reason: "ranks that trained it died 2 times"))
  }

  @Test("trials that only wait are removed from a study that is made shorter")
  func shorter() throws {
    var store = try ExampleStudy.create(path)
    for trial in 0..<5 { try store.begin(ExampleStudy.trial(trial)) }
    try store.startJob(trial: 1, end: 9, ranks: 0..<1, at: ExampleStudy.time)
    try store.removeTrials(from: 2)
    #expect(try StudySnapshot(path).trials.map(\.number) == [0, 1])
    try store.close()
    store = try StudyStore.open(path, space: ExampleStudy.space)
    try store.begin(ExampleStudy.trial(2, choice: 1))
    #expect(try store.trials.map(\.number) == [0, 1, 2])
  }

  @Test("a job that a signal stopped is not charged with the death of a later rank")
  func stopped() throws {
    var store = try ExampleStudy.create(path)
    try store.begin(ExampleStudy.trial(0))
    try store.startJob(trial: 0, end: 9, ranks: 0..<1, at: ExampleStudy.time)
    try store.close()
    for deadRank in [nil, 0] {
      store = try StudyStore.open(path, space: ExampleStudy.space)
      #expect(try store.takeStock(deadRank: deadRank).isEmpty)
      try store.close()
    }
  }

  @Test("a trial that is over goes on again, and is over once more")
  func again() throws {
    let store = try ExampleStudy.create(path)
    try ExampleStudy.fill(store)
    try store.begin(ExampleStudy.trial(2, choice: 1))
    var trial = try store.trials[2]
    #expect(trial.state == .paused && trial.ended == nil && trial.reason == nil)
    let reports = ExampleStudy.reports(0.5)
    try store.end(
      ExampleStudy.trial(2, choice: 1, state: .completed, reports: reports), at: ExampleStudy.time)
    trial = try store.trials[2]
    #expect(trial.state == .completed && trial.ended == ExampleStudy.time)
  }

  @Test("the end of a trial is recorded once")
  func endedOnce() throws {
    let store = try ExampleStudy.create(path)
    try ExampleStudy.fill(store)
    let trial = ExampleStudy.trial(
      0, state: .completed, reports: ExampleStudy.reports(0.5, 1.0 / 3, 0.75))
    try store.end(trial, at: WallTime(seconds: 0))
    #expect(try store.trials[0].ended == WallTime(seconds: ExampleStudy.time.seconds + 60))
  }

  @Test("a completed trial whose value is no number is recorded as failed, as Optuna does")
  func noNumber() throws {
    let store = try ExampleStudy.create(path)
    let reports = ExampleStudy.reports(0.5, .nan)
    try ExampleStudy.run(
      ExampleStudy.trial(0, state: .completed, reports: reports), end: 2, .trained(reports),
      in: store)
    #expect(try store.trials[0].state == .failed("its value is no number"))
  }

  @Test("a study goes on with another length, but not with another objective")
  func update() throws {
    let store = try ExampleStudy.create(path)
    var description = ExampleStudy.description
    description.fullBudget = 27
    description.configuration = "trials: 100"
    try store.update(description)
    #expect(try StudySnapshot(path).description == description)
    description.metric = "loss"
    #expect(throws: StudyRecordsError.self) { try store.update(description) }
    #expect(store.description.metric == "accuracy")
  }

  @Test("a trial is not taken for one of other values")
  func otherValues() throws {
    let store = try ExampleStudy.create(path)
    try store.begin(ExampleStudy.trial(0))
    try store.begin(ExampleStudy.trial(0))
    var other = ExampleStudy.trial(0).assignment
    other[0] = .float((0.1 / 3).nextUp)
    let error = #expect(throws: StudyRecordsError.self) {
      try store.begin(
        Trial(number: 0, assignment: other, state: .paused))
    }
    #expect(throws: StudyRecordsError.self) {
      try store.check(Trial(number: 0, assignment: other, state: .completed))
    }
    #expect(
      error?.description == """
        the study's records in \(path) are of another study: trial 0 has `lr` \(0.1 / 3), and not \
        \((0.1 / 3).nextUp)
          hint: resume with the configuration that the study was begun with, or begin a new study
        """)
    #expect(throws: StudyRecordsError.self) {
      try store.begin(ExampleStudy.trial(0, choice: 5))
    }
  }

  @Test("a study that is killed has all that was recorded")
  func killed() throws {
    let store = try ExampleStudy.create(path)
    try ExampleStudy.fill(store)
    // What the disk holds at this moment is what a killed process leaves.
    let copy = folder.file("copy.db")
    for end in ["", "-wal", "-shm"] {
      try FileSystem().replaceFile(copy + end, with: FileSystem().read(path + end))
    }
    let again = try StudyStore.open(copy, space: ExampleStudy.space)
    #expect(try again.trials.count == 5)
    #expect(again.result(trial: 0, end: 3) == .trained(ExampleStudy.reports(0.5, 1.0 / 3, 0.75)))
    #expect(again.result(trial: 3, end: 9) == nil)
    try again.startJob(trial: 3, end: 9, ranks: 0..<1, at: ExampleStudy.time)
    #expect(try again.trials[3].attempts == 2)
    // Nobody was disturbed.
    #expect(try store.trials.count == 5)
  }

  @Test("a study at rest is one file")
  func oneFile() throws {
    let store = try ExampleStudy.create(path)
    try ExampleStudy.fill(store)
    #expect(try FileSystem().names(in: folder.path).count == 4)
    try store.close()
    #expect(try FileSystem().names(in: folder.path) == ["study.db"])
    _ = try StudySnapshot(path)
    #expect(try FileSystem().names(in: folder.path) == ["study.db"])
  }

  @Test("a reader sees what was recorded so far, and the writer goes on")
  func reading() throws {
    let store = try ExampleStudy.create(path)
    for number in 0..<20 {
      let reports = ExampleStudy.reports(Double(number))
      try ExampleStudy.run(
        ExampleStudy.trial(number, state: .completed, reports: reports), end: 1,
        .trained(reports), in: store)
      let study = try StudySnapshot(path)
      #expect(study.trials.count == number + 1)
      #expect(study.best?.number == number)
      #expect(study.writer?.hasPrefix("process ") == true)
    }
    try store.close()
  }
}
