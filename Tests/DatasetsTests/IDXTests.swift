import Tensors
import Testing

@testable import Datasets

@Suite struct IDXTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  @Test("a file is read alike plain, as gzip data under any name, and in several gzip members")
  func forms() throws {
    let elements = (0..<24).map { UInt8($0 * 10) }
    let plain = idx([2, 3, 4], elements)
    let members = try gzip(Array(plain[..<7])) + gzip(Array(plain[7...]))
    for bytes in [plain, try gzip(plain), members] {
      let array = try IDXReader.read(path: folder.write("images", bytes))
      #expect(array.dimensions == [2, 3, 4])
      #expect(array.bytes == elements)
      #expect(array.headerCount == 16)
    }
  }

  @Test("a plain file that is too short or too long is refused at its byte")
  func plainLengths() throws {
    let bytes = idx([2, 3], [1, 2, 3, 4, 5, 6])
    var path = try folder.write("short", Array(bytes.dropLast(2)))
    var error = try datasetError { _ = try IDXReader.read(path: path) }
    #expect(error.message == "the IDX data is truncated: expected 6 bytes for [2, 3], found 4")
    #expect(error.place == .byte(file: path, offset: 16))
    path = try folder.write("long", bytes + [7])
    error = try datasetError { _ = try IDXReader.read(path: path) }
    #expect(error.message.hasPrefix("expected the end of the IDX data after 18 bytes"))
    #expect(error.place == .byte(file: path, offset: 18))
  }

  @Test("gzip data cut at any byte is refused with the byte")
  func truncatedGzip() throws {
    let bytes = try gzip(idx([40, 30], (0..<1200).map { UInt8($0 * 37 % 251) }))
    for count in [2, 9, 11, 30, bytes.count / 2, bytes.count - 9, bytes.count - 1] {
      let path = try folder.write("cut", Array(bytes[..<count]))
      let error = try datasetError { _ = try IDXReader.read(path: path) }
      #expect(error.message.contains("truncated"), "\(error)")
      if case .byte(path, _) = error.place {} else { Issue.record("no byte in \(error)") }
    }
  }

  @Test("gzip data with a wrong byte, a wrong checksum or more after its end is refused")
  func corruptGzip() throws {
    let bytes = try gzip(idx([40, 30], (0..<1200).map { UInt8($0 * 37 % 251) }))
    var wrong = bytes
    wrong[bytes.count - 6] ^= 1
    var path = try folder.write("checksum", wrong)
    var error = try datasetError { _ = try IDXReader.read(path: path) }
    #expect(error.message == "the gzip data is corrupt: incorrect data check")
    wrong = bytes
    for index in 60..<90 { wrong[index] ^= 0xFF }
    path = try folder.write("middle", wrong)
    error = try datasetError { _ = try IDXReader.read(path: path) }
    #expect(error.message.hasPrefix("the gzip data is corrupt"))
    path = try folder.write("more", bytes + [1, 2, 3])
    error = try datasetError { _ = try IDXReader.read(path: path) }
    #expect(error.message == "expected the end of the file after the gzip data, found more bytes")
    #expect(error.place == .byte(file: path, offset: bytes.count))
  }

  @Test("what is no IDX file of bytes is refused before memory is asked for")
  func badHeaders() throws {
    func message(_ bytes: [UInt8]) throws -> String {
      let path = try folder.write("bad", bytes)
      return try datasetError { _ = try IDXReader.read(path: path) }.message
    }
    #expect(try message(Array("x,y\n".utf8)).hasPrefix("expected the start of IDX data"))
    #expect(try message([]).hasPrefix("expected the start of IDX data"))
    #expect(
      try message(idx([1], [0, 0, 0, 0], type: 0x0D))
        == "expected unsigned bytes (element type 8), found element type 13")
    #expect(try message([0, 0, 8, 3, 0, 0]).hasPrefix("expected the sizes of 3 axes"))
    let large = [0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF]
    #expect(try message(idx(large, [])).contains("more than any file holds"))
    #expect(try message(idx([1 << 20, 1 << 20], [])).contains("truncated"))
    #expect(try message(gzip(idx([1 << 20, 1 << 20], []))).contains("truncated"))
  }

  @Test("a missing file and a folder are named")
  func missingFile() throws {
    let path = folder.path + "/nothing"
    let error = try datasetError { _ = try IDXReader.read(path: path) }
    #expect(error.message == "cannot open the file: No such file or directory")
    #expect(error.place == .file(path))
    #expect(
      try datasetError { _ = try IDXReader.read(path: folder.path) }.message
        == "expected a file, found a folder")
  }

  @Test("images and labels make a dataset; disagreement is refused")
  func pairs() throws {
    func load(_ images: [UInt8], _ labels: [UInt8], like train: Dataset? = nil) throws -> Dataset {
      let files = IDXFiles(
        images: try folder.write("i", images), labels: try folder.write("l", labels))
      return try IDXLoader.load(files, like: train)
    }
    let images = idx([3, 2, 2], [UInt8](1...12))
    let train = try load(images, idx([3], [0, 2, 1]))
    #expect(train.count == 3)
    #expect(train.sampleShape == [2, 2, 1])
    #expect(train.task == .classification(classes: 3, names: ["0", "1", "2"]))
    #expect(train.batch([2, 0]).samples == [9, 10, 11, 12, 1, 2, 3, 4])
    #expect(train.batch([2, 0]).targets == [1, 0])
    #expect(try load(idx([1, 2, 3, 4], [UInt8](0..<24)), idx([1], [1])).sampleShape == [2, 3, 4])
    #expect(try load(idx([2, 3], [UInt8](0..<6)), idx([2], [0, 1])).sampleShape == [3])
    var error = try datasetError { _ = try load(images, idx([2], [0, 1])) }
    #expect(error.message.hasPrefix("expected as many labels as images (3 in "))
    error = try datasetError { _ = try load(images, images) }
    #expect(error.hint == "are images and labels swapped?")
    error = try datasetError { _ = try load(images, idx([3], [0, 3, 1]), like: train) }
    #expect(
      error.message
        == "expected a label from 0 to 2 as in the training data, found 3 for sample 1")
    #expect(error.place == .byte(file: folder.path + "/l", offset: 9))
    error = try datasetError {
      _ = try load(idx([3, 4], [UInt8](1...12)), idx([3], [0, 1, 1]), like: train)
    }
    #expect(error.message == "expected samples of [2, 2, 1] as in the training data, found [4]")
  }
}
