internal import Tensors

/// The content of an IDX file, the format of the MNIST family: bytes in row-major order.
struct IDXArray {
  /// The path it was read from.
  var path: String
  /// The sizes of the axes, the first one counts the items.
  var dimensions: [Int]
  /// The elements.
  var bytes: [UInt8]

  /// The number of bytes before the elements in the file (inflated).
  var headerCount: Int { 4 + 4 * dimensions.count }
}

/// Reads IDX files: two zero bytes, the element type, the number of axes, the sizes as big-endian
/// 32-bit numbers, then the elements.
enum IDXReader {
  private static let unsignedByte: UInt8 = 0x08

  /// Reads a file of unsigned bytes, inflating it into its final place where it is gzip data.
  ///
  /// - Throws: ``DatasetError`` where the file is no IDX file, or shorter or longer than its header
  ///   promises.
  static func read(path: String) throws(DatasetError) -> IDXArray {
    let stream = try ByteStream(path: path)
    let dimensions = try readHeader(stream)
    let count = try elementCount(dimensions, of: stream)
    let bytes = try stream.read(count: count)
    let headerCount = 4 + 4 * dimensions.count
    if bytes.count < count { throw truncated(stream, dimensions, found: bytes.count) }
    // Reading on to the end also lets the gzip checksum be verified.
    if try !stream.read(count: 1).isEmpty {
      throw DatasetError(
        "expected the end of the IDX data after \(headerCount + count) bytes as its header "
          + "\(Shape(dimensions)) says, found more",
        at: .byte(file: path, offset: headerCount + count))
    }
    return IDXArray(path: path, dimensions: dimensions, bytes: bytes)
  }

  private static func readHeader(_ stream: ByteStream) throws(DatasetError) -> [Int] {
    let magic = try stream.read(count: 4)
    guard magic.count == 4, magic[0] == 0, magic[1] == 0, magic[3] > 0 else {
      throw DatasetError(
        "expected the start of IDX data (0, 0, type, axes), found \(magic)",
        at: .byte(file: stream.path, offset: 0),
        hint: "`source: idx` reads files like train-images-idx3-ubyte.gz")
    }
    guard magic[2] == unsignedByte else {
      throw DatasetError(
        "expected unsigned bytes (element type 8), found element type \(magic[2])",
        at: .byte(file: stream.path, offset: 2))
    }
    let sizes = try stream.read(count: 4 * Int(magic[3]))
    guard sizes.count == 4 * Int(magic[3]) else {
      throw DatasetError(
        "expected the sizes of \(magic[3]) axes, found the end of the data",
        at: .byte(file: stream.path, offset: 4 + sizes.count))
    }
    return stride(from: 0, to: sizes.count, by: 4).map { start in
      sizes[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
    }
  }

  /// The number of elements, refused before memory is asked for where the file cannot hold them.
  private static func elementCount(
    _ dimensions: [Int], of stream: ByteStream
  ) throws(DatasetError) -> Int {
    var count = 1
    for size in dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      if overflow || product > 1 << 46 {
        throw DatasetError(
          "the header promises \(Shape(dimensions)), which is more than any file holds",
          at: .byte(file: stream.path, offset: 4))
      }
      count = product
    }
    if let maximum = stream.maximumCount, 4 + 4 * dimensions.count + count > maximum {
      let found = stream.exactCount.map { $0 - 4 - 4 * dimensions.count }
      throw truncated(stream, dimensions, found: found)
    }
    return count
  }

  private static func truncated(
    _ stream: ByteStream, _ dimensions: [Int], found: Int?
  ) -> DatasetError {
    let expected = dimensions.reduce(1, *)
    let header = 4 + 4 * dimensions.count
    return DatasetError(
      "the IDX data is truncated: expected \(expected) bytes for \(Shape(dimensions)), found "
        + (found.map(String.init) ?? "a file too small for them"),
      at: .byte(file: stream.path, offset: header + (found ?? 0)),
      hint: "download or copy the file again")
  }
}
