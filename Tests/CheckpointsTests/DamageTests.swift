import Checkpoints
import DurableFiles
import TestSupport
import Testing

@Suite("Damaged checkpoints")
struct DamageTests {
  static let files = ["model.safetensors", "optimizer.safetensors", "state.json", "manifest.json"]

  let fixture: StoreFixture
  let store: CheckpointStore

  init() throws {
    fixture = try StoreFixture()
    store = try fixture.open()
    try fixture.write(100, to: store)
    try fixture.write(200, value: 0.5, to: store)
  }

  func path(_ file: String) -> String { "\(fixture.directory)/step-000200/\(file)" }

  /// Expects that step 200 is passed over for a reason and step 100 is loaded.
  func expectWalksBack(
    _ reason: String, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let (checkpoint, skipped) = try store.loadLatestValid()
    #expect(checkpoint.step == 100, comment, sourceLocation: sourceLocation)
    try fixture.expectContent(checkpoint, sourceLocation: sourceLocation)
    #expect(skipped.map(\.name) == ["step-000200"], comment, sourceLocation: sourceLocation)
    #expect(
      skipped.first?.reason.contains(reason) == true, "\(skipped)", sourceLocation: sourceLocation)
  }

  @Test("a file cut at any length is found, and the previous checkpoint loaded", arguments: files)
  func truncated(file: String) throws {
    let content = try FileSystem().read(path(file))
    for count in 0..<content.count {
      // Without its last byte, a line end, the manifest is still complete.
      if file == "manifest.json" && count == content.count - 1 { continue }
      setByteCount(of: path(file), to: count)
      let shorter = "\(file) is \(content.count - count) bytes shorter than its manifest says"
      try expectWalksBack(
        file == "manifest.json" ? "manifest.json is damaged" : shorter, "\(count) bytes")
      try FileSystem().replaceFile(path(file), with: content)
    }
    #expect(try fixture.latestStep(of: store) == 200)
  }

  @Test("a file with bytes added is found", arguments: files.dropLast())
  func longer(file: String) throws {
    let count = try FileSystem().byteCount(of: path(file))
    setByteCount(of: path(file), to: count + 1024)
    try expectWalksBack("\(file) is 1,024 bytes longer than its manifest says")
  }

  @Test("any flipped bit of any file is found or changes nothing", arguments: files)
  func flipped(file: String) throws {
    let content = try FileSystem().read(path(file))
    for index in content.indices {
      var damaged = content
      damaged[index] ^= 1 << UInt8(index % 8)
      try FileSystem().replaceFile(path(file), with: damaged)
      let (checkpoint, skipped) = try store.loadLatestValid()
      try fixture.expectContent(checkpoint)
      if checkpoint.step == 200 {
        // Only white space of the manifest may change unnoticed.
        #expect(file == "manifest.json" && content[index] <= 0x20, "byte \(index)")
        #expect(checkpoint.monitored?.value == 0.5)
      } else {
        #expect(checkpoint.step == 100 && skipped.count == 1, "byte \(index)")
      }
    }
  }

  @Test("a file that is missing is named", arguments: files)
  func deleted(file: String) throws {
    try FileSystem().remove(path(file))
    try expectWalksBack("\(file) is missing")
  }

  @Test("files of two checkpoints cannot be mixed")
  func mixed() throws {
    let other = try FileSystem().read("\(fixture.directory)/step-000100/model.safetensors")
    try FileSystem().replaceFile(path("model.safetensors"), with: other)
    try expectWalksBack("the content of model.safetensors does not match its manifest")
  }

  @Test("a manifest of a later version is refused in words")
  func version() throws {
    let text = String(decoding: try FileSystem().read(path("manifest.json")), as: UTF8.self)
    let changed = text.replacing("\"version\": 1", with: "\"version\": 2")
    try FileSystem().replaceFile(path("manifest.json"), with: Array(changed.utf8))
    try expectWalksBack("it has version 2, this program reads 1")
  }

  @Test("where all are damaged, each is named with its reason")
  func all() throws {
    for step in ["000100", "000200"] {
      try FileSystem().remove("\(fixture.directory)/step-\(step)/state.json")
    }
    let error = #expect(throws: CheckpointError.self) { try store.loadLatestValid() }
    #expect(
      error?.description == """
        no valid checkpoint in \(fixture.directory):
          step-000200: state.json is missing
          step-000100: state.json is missing
        """)
  }

  @Test("a damaged checkpoint that was named itself is an error, not another checkpoint")
  func named() throws {
    try FileSystem().remove(path("state.json"))
    let error = #expect(throws: CheckpointError.self) {
      try CheckpointStore.load("\(fixture.directory)/step-000200")
    }
    #expect(error?.description.hasSuffix("is no valid checkpoint: state.json is missing") == true)
  }

  @Test("writing goes on beside damaged checkpoints")
  func writing() throws {
    try FileSystem().remove(path("manifest.json"))
    try fixture.write(300, to: store)
    #expect(try fixture.latestStep(of: store) == 300)
    #expect(try fixture.names.contains("step-000200"))
  }
}
