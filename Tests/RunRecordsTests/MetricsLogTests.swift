import DurableFiles
import RunRecords
import Synchronization
import TestSupport
import Testing

@Suite("Metrics log")
struct MetricsLogTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  var path: String { folder.file("metrics.jsonl") }

  func record(_ step: Int, split: String = "train", loss: Double = 0.52) -> MetricsRecord {
    MetricsRecord(
      step: step, epoch: 1, wall: 3.2101, split: split,
      values: [.init("loss", loss), .init("accuracy", 0.81)])
  }

  var text: String {
    get throws { String(decoding: try FileSystem().read(path), as: UTF8.self) }
  }

  func write(_ text: String) throws {
    try FileSystem().replaceFile(path, with: Array(text.utf8))
  }

  @Test("a record is one line that can be read as soon as it is added")
  func line() throws {
    let log = try MetricsLog.open(path)
    try log.append(record(469))
    #expect(
      try text
        == #"{"step":469,"epoch":1,"wall":3.21,"split":"train","loss":0.52,"accuracy":0.81}"# + "\n"
    )
    try log.append(record(469, split: "validation"))
    try log.synchronize()
    #expect(try MetricsLog.read(path).records == [record(469), record(469, split: "validation")])
    #expect(log.records.count == 2)
  }

  @Test("what was added is forced to the disk for whoever names the file")
  func synchronize() throws {
    let log = try MetricsLog.open(path)
    try log.append(record(469))
    let operations = Mutex<[FileOperation]>([])
    try MetricsLog.synchronize(
      path, fileSystem: FileSystem { operation in operations.withLock { $0.append(operation) } })
    #expect(operations.withLock { $0 } == [.openFile(path), .synchronize(path)])
    #expect(try MetricsLog.read(path).records == [record(469)])
    try log.append(record(470))
    #expect(try MetricsLog.read(path).records.count == 2)
  }

  @Test("numbers that are none are written as texts and read as numbers")
  func notFinite() throws {
    let log = try MetricsLog.open(path)
    try log.append(record(1, loss: .nan))
    try log.append(record(2, loss: -.infinity))
    #expect(try text.contains("\"loss\":\"NaN\""))
    let records = try MetricsLog.read(path).records
    #expect(records[0]["loss"]?.isNaN == true)
    #expect(records[1]["loss"] == -.infinity)
    #expect(records[0]["nothing"] == nil)
  }

  @Test("a resumed run drops what comes after its step and adds to what is left")
  func resume() throws {
    let first = try MetricsLog.open(path)
    for step in [10, 20, 30, 40] {
      try first.append(record(step))
      try first.append(record(step, split: "validation"))
    }
    let second = try MetricsLog.open(path, resumingAt: 20)
    #expect(second.records.map(\.step) == [10, 10, 20, 20])
    #expect(second.repairs == [])
    try second.append(record(30, loss: 0.1))
    let records = try MetricsLog.read(path).records
    #expect(records.map(\.step) == [10, 10, 20, 20, 30])
    #expect(records.last?["loss"] == 0.1)
    #expect(try MetricsLog.open(path).records.count == 5)
    #expect(try FileSystem().names(in: folder.path) == ["metrics.jsonl"])
  }

  @Test("a last line cut at any length is repaired, and the next record has a line of its own")
  func torn() throws {
    let log = try MetricsLog.open(path)
    try log.append(record(1))
    let complete = try text
    try log.append(record(2))
    let whole = Array(try text.utf8)
    for count in complete.utf8.count..<whole.count {
      try FileSystem().replaceFile(path, with: Array(whole[..<count]))
      let repaired = try MetricsLog.open(path)
      // Only the line's end is missing: the record is complete.
      let isComplete = count == whole.count - 1
      #expect(repaired.records.map(\.step) == (isComplete ? [1, 2] : [1]), "\(count) bytes")
      #expect(repaired.repairs.count == (isComplete || count == complete.utf8.count ? 0 : 1))
      try repaired.append(record(3))
      #expect(try MetricsLog.read(path).records.last == record(3))
      #expect(try MetricsLog.read(path).repairs == [])
    }
  }

  @Test("lines that cannot be read are dropped and named, the others kept")
  func damaged() throws {
    let good = "{\"step\":1,\"epoch\":1,\"wall\":0,\"split\":\"train\",\"loss\":1}"
    try write("\(good)\n\0\0\0\n{\"step\":2}\n[]\n\n\(good)\n")
    let log = try MetricsLog.open(path)
    #expect(log.records.count == 2)
    #expect(log.repairs.count == 3)
    #expect(log.repairs.first?.hasPrefix("line 2, was dropped") == true)
    let rewritten = good.replacing("\"wall\":0", with: "\"wall\":0.0")
      .replacing("\"loss\":1", with: "\"loss\":1.0")
    #expect(try text == "\(rewritten)\n\(rewritten)\n")
  }

  @Test("an empty and a missing file are logs without records")
  func empty() throws {
    #expect(try MetricsLog.open(path).records == [])
    #expect(try MetricsLog.open(path, resumingAt: 5).records == [])
    #expect(throws: RunRecordsError.self) { try MetricsLog.read(folder.file("none")) }
  }
}
