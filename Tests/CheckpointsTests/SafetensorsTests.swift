import Checkpoints
import DurableFiles
import JSONText
import Tensors
import TestSupport
import Testing

@Suite("Safetensors files")
struct SafetensorsTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  /// Writes a file from its header text and data, and opens it.
  func open(
    _ header: String, data: [UInt8] = [], length: UInt64? = nil
  ) throws -> SafetensorsFile {
    let text = Array(header.utf8)
    let count = length ?? UInt64(text.count)
    let prefix = (0..<8).map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }
    let path = folder.file("t.safetensors")
    try FileSystem().replaceFile(path, with: prefix + text + data)
    return try SafetensorsFile(path: path)
  }

  func reason(_ header: String, data: [UInt8] = [], length: UInt64? = nil) -> String? {
    do {
      _ = try open(header, data: data, length: length)
      return nil
    } catch SafetensorsError.malformed(_, let reason) {
      return reason
    } catch {
      return "another error: \(error)"
    }
  }

  @Test("a file is written byte for byte as the format says")
  func bytes() throws {
    let memory = TestTensors([("b", [2], [1, -2]), ("a", [], [0.5])])
    let path = folder.file("t.safetensors")
    let digest = try SafetensorsWriter(tensors: memory.tensors).write(to: path)
    let header =
      #"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"#
      + #""b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    let expected: [UInt8] =
      [UInt8(padded.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(padded.utf8)
      + [0, 0, 0, 0x3F] + [0, 0, 0x80, 0x3F] + [0, 0, 0, 0xC0]
    #expect(try FileSystem().read(path) == expected)
    #expect(padded.utf8.count % 8 == 0)
    #expect(digest.byteCount == expected.count)
    #expect(digest.name == "t.safetensors")
  }

  @Test("what is written is read back with the same bits", arguments: [0, 1, 17, 300_001])
  func roundTrip(count: Int) throws {
    let values = (0..<count).map {
      Float(bitPattern: UInt32(truncatingIfNeeded: $0 &* 2_654_435_761))
    }
    let memory = TestTensors([
      ("x", [count], values), ("empty", [0, 3], []), ("y", [1, 1], [.nan]),
    ])
    let path = folder.file("t.safetensors")
    _ = try SafetensorsWriter(tensors: memory.tensors).write(to: path)
    let file = try SafetensorsFile(path: path)
    let back = try file.tensor(named: "x")
    #expect(back.shape == [count])
    #expect(back.values.map(\.bitPattern) == values.map(\.bitPattern))
    #expect(try file.tensor(named: "empty").shape == [0, 3])
    #expect(file.entries.count == 3)
    #expect(file.metadata == ["format": "pt"])
  }

  @Test("F64, F16 and BF16 are read as float32, also from unaligned bytes")
  func otherTypes() throws {
    let header = """
       {"pad":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},\
      "d":{"dtype":"F64","shape":[2],"data_offsets":[1,17]},\
      "h":{"dtype":"F16","shape":[3],"data_offsets":[17,23]},\
      "b":{"dtype":"BF16","shape":[2],"data_offsets":[23,27]}}
      """
    let doubles = [0.1, -1e300].flatMap { value in
      (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) }
    }
    let data: [UInt8] =
      [9] + doubles + [0x00, 0x3C, 0x01, 0x00, 0x00, 0xFC] + [0x80, 0x3F, 0x49, 0x40]
    let file = try open(header, data: data)
    #expect(try file.tensor(named: "d").values == [0.1, -.infinity])
    #expect(try file.tensor(named: "h").values == [1, 0x1p-24, -.infinity])
    #expect(try file.tensor(named: "b").values == [1, 3.140625])
  }

  @Test("integers are refused as numbers of a network, by name and type")
  func integers() throws {
    let file = try open(
      #"{"ids":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#,
      data: Array(repeating: 0, count: 8))
    let error = #expect(throws: SafetensorsError.self) { try file.tensor(named: "ids") }
    #expect(error == .notFloats(path: file.path, name: "ids", type: .int64))
    #expect(error?.description.contains("holds I64, expected F32") == true)
  }

  @Test("a missing tensor and memory of another size are refused")
  func wrongRequests() throws {
    let file = try open(
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, data: [0, 0, 0, 0])
    #expect(throws: SafetensorsError.missing(path: file.path, name: "b")) {
      try file.tensor(named: "b")
    }
    let storage = FloatStorage(count: 2)
    #expect(throws: SafetensorsError.otherCount(path: file.path, name: "a", count: 1, expected: 2))
    {
      try file.read("a", into: storage.view)
    }
  }

  @Test("what the format's own library accepts is accepted")
  func accepted() throws {
    #expect(try open("{}").entries.isEmpty)
    #expect(try open("   {}  ").entries.isEmpty)
    let unsorted = try open(
      #"{"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}"#,
      data: Array(repeating: 0, count: 8))
    #expect(unsorted.entries.map(\.name) == ["a", "b"])
    let zero = try open(
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"z":{"dtype":"F32","shape":[4,0],"data_offsets":[4,4]}}"#,
      data: [0, 0, 0, 0])
    #expect(try zero.tensor(named: "z").values == [])
  }

  @Test(
    "a header that breaks a rule is refused with the reason",
    arguments: [
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "belong to no tensor"),
      (
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
        8, "overlaps"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
        4, "overlaps"
      ),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 5, "1 bytes follow"),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 3, "cut off"),
      ("{}", 4, "4 bytes follow"),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "expected 8"),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, "begin and end"),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4, "begin and end"),
      (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "whole number"),
      (#"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#, 4, "whole number"),
      (
        #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#, 4,
        "overflows"
      ),
      (#"{"a":{"dtype":"Q7","shape":[1],"data_offsets":[0,4]}}"#, 4, "unknown dtype Q7"),
      (#"{"a":{"shape":[1],"data_offsets":[0,4]}}"#, 4, "`dtype` is missing"),
      (#"{"a":{"dtype":"F32","data_offsets":[0,4]}}"#, 4, "`shape` is missing"),
      (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, "`data_offsets` is missing"),
      (#"{"a":7}"#, 0, "expected an object"), ("[]", 0, "expected an object"),
      (#"{"__metadata__":{"a":1}}"#, 0, "expected a text"),
      (#"{"__metadata__":"a"}"#, 0, "expected an object"),
      (
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
        4, "twice"
      ),
      ("{", 0, "no valid JSON"), ("", 0, "no valid JSON"),
    ])
  func refused(header: String, dataByteCount: Int, message: String) {
    let reason = reason(header, data: Array(repeating: 0, count: dataByteCount))
    #expect(reason?.contains(message) == true, "\(reason ?? "accepted")")
  }

  @Test("a header length that cannot be is refused before anything is allocated")
  func headerLength() throws {
    #expect(reason("{}", length: 100_000_001)?.contains("more than 100 MB") == true)
    #expect(reason("{}", length: .max)?.contains("more than 100 MB") == true)
    #expect(reason("{}", length: 3)?.contains("cut off inside its header") == true)
    let path = folder.file("short")
    try FileSystem().replaceFile(path, with: [1, 2, 3])
    #expect(throws: SafetensorsError.self) { try SafetensorsFile(path: path) }
    #expect(throws: SafetensorsError.self) { try SafetensorsFile(path: folder.file("none")) }
  }
}

@Suite("Hash over weights")
struct WeightsHashTests {
  @Test(
    "the order of the list changes nothing, a name, shape, bit or sign of zero changes the hash")
  func sensitivity() {
    func hash(_ tensors: [(String, Shape, [Float])]) -> String {
      let memory = TestTensors(tensors)
      return weightsHash(memory.tensors)
    }
    let base: [(String, Shape, [Float])] = [("a", [2, 1], [1, 0]), ("b", [1], [3])]
    let hashes = [
      hash(base), hash([("A", [2, 1], [1, 0]), ("b", [1], [3])]),
      hash([("a", [1, 2], [1, 0]), ("b", [1], [3])]),
      hash([("a", [2, 1], [1, -0.0]), ("b", [1], [3])]),
      hash([("a", [2, 1], [Float(1).nextUp, 0]), ("b", [1], [3])]),
      hash([base[0]]), hash([]),
    ]
    #expect(Set(hashes).count == hashes.count)
    #expect(hash(base.reversed()) == hashes[0])
    #expect(hashes.allSatisfy { $0.utf8.count == 16 })
  }

  @Test("the hash of no tensors is XXH3-64 of no bytes")
  func empty() {
    #expect(weightsHash([]) == "2d06800538d394c2")
  }
}
