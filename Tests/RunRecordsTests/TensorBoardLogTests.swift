import DurableFiles
import RunRecords
import TestSupport
import Testing

@testable import RunRecords

@Suite("TensorBoard event files")
struct TensorBoardLogTests {
  static let time = WallTime(seconds: 1_700_000_000)

  let folder: TemporaryFolder
  let run: RunFolder

  init() throws {
    folder = try TemporaryFolder()
    run = try RunFolder.create(root: folder.path, name: "x")
  }

  func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The payloads of a file's records, after checking their frames.
  func payloads(_ path: String) throws -> [String] {
    var rest = try FileSystem().read(path)[...]
    var payloads: [String] = []
    while !rest.isEmpty {
      let length = rest.prefix(8)
      let count = length.reversed().reduce(0) { $0 << 8 | Int($1) }
      let payload = rest.dropFirst(12).prefix(count)
      #expect(hex(rest.dropFirst(8).prefix(4)) == hex(CRC32C.masked(length).littleEndianBytes))
      #expect(
        hex(rest.dropFirst(12 + count).prefix(4)) == hex(CRC32C.masked(payload).littleEndianBytes))
      payloads.append(hex(payload))
      rest = rest.dropFirst(16 + count)
    }
    return payloads
  }

  @Test("the checksum is CRC-32C")
  func checksum() {
    #expect(CRC32C.checksum("123456789".utf8) == 0xE306_9283)
    #expect(CRC32C.masked("123456789".utf8) == 0xC78A_B0E5)
    #expect(CRC32C.checksum([]) == 0)
    #expect(CRC32C.checksum(repeatElement(0, count: 32)) == 0x8A91_36AA)
  }

  @Test("the first record and a scalar have the bytes that TensorBoard reads")
  func bytes() throws {
    let log = try TensorBoardLog(folder: run, at: Self.time, host: "node")
    #expect(
      hex(try FileSystem().read(log.path))
        == "1800000000000000a37f4b220900000040fc54d9411a0d627261696e2e4576656e743a32eced8f9d")
    try log.add("loss/train", 0.5, step: 3, at: WallTime(seconds: 1_700_000_003))
    #expect(try FileSystem().read(log.path).count == 40)
    try log.flush()
    #expect(
      try payloads(log.path).last
        == "090000c040fc54d94110032a130a110a0a6c6f73732f747261696e150000003f")
  }

  @Test("a record's metrics are tagged by name and split, NaN too, and long integers are packed")
  func record() throws {
    let log = try TensorBoardLog(folder: run, at: Self.time)
    let record = MetricsRecord(
      step: 300, epoch: 1, wall: 1, split: "train",
      values: [.init("loss", 0.5), .init("accuracy", .nan)])
    try log.add(record, at: Self.time)
    try log.flush()
    let payloads = try payloads(log.path)
    #expect(payloads.count == 3)
    #expect(payloads[1] == "0900000040fc54d94110ac022a130a110a0a6c6f73732f747261696e150000003f")
    #expect(payloads[2].hasSuffix("150000c07f"))
  }

  @Test("a resumed run says from which step on earlier points are void")
  func resumed() throws {
    let log = try TensorBoardLog(folder: run, at: Self.time, resumingAt: 2)
    #expect(try payloads(log.path).last == "0900000040fc54d94110033a020801")
  }

  @Test("files of one second are told apart and their names are those TensorBoard looks for")
  func names() throws {
    let paths = try (0..<2).map { _ in
      try TensorBoardLog(folder: run, at: Self.time, host: "node").path
    }
    let names = paths.map { FilePath.name(of: $0) }
    #expect(names.allSatisfy { $0.hasPrefix("events.out.tfevents.1700000000.node.") })
    #expect(names[0].hasSuffix(".0") && names[1].hasSuffix(".1"))
  }

  @Test("many points are written without being asked for, and all arrive")
  func many() throws {
    let log = try TensorBoardLog(folder: run, at: Self.time)
    for step in 0..<3000 { try log.add("a", Double(step), step: step, at: Self.time) }
    #expect(try FileSystem().read(log.path).count > 65_000)
    try log.flush()
    #expect(try payloads(log.path).count == 3001)
  }
}
