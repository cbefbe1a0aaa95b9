package import DurableFiles
internal import JSONText
internal import Tensors

/// The size and hash of a file that was just written.
package struct FileDigest: Sendable, Equatable {
  /// The file's name within its folder.
  package let name: String
  /// Its size in bytes.
  package let byteCount: Int
  /// The XXH3-64 of its content, 16 hexadecimal digits.
  package let hash: String
}

/// Writes float32 tensors as a safetensors file that every library for the format reads.
package struct SafetensorsWriter: Sendable {
  private let tensors: [NamedTensor]
  private let header: [UInt8]

  /// Lays out a file: tensors in name order, the header padded so that data begins at a multiple of
  /// 8 bytes.
  ///
  /// - Parameters:
  ///   - tensors: The tensors, in any order, names distinct.
  ///   - metadata: Texts for `__metadata__`. The default `format: pt` is what libraries of the
  ///     PyTorch world refuse to load without.
  /// - Precondition: no two tensors have the same name and none is called `__metadata__`.
  package init(
    tensors: some Sequence<NamedTensor>,
    metadata: KeyValuePairs<String, String> = ["format": "pt"]
  ) {
    self.tensors = tensors.inNameOrder()
    let texts = metadata.map { ($0.key, JSONValue.string($0.value)) }
    var members: [(String, JSONValue)] = [("__metadata__", .object(JSONObject(texts)))]
    var offset = 0
    for tensor in self.tensors {
      let end = offset + tensor.shape.count * 4
      let entry: JSONValue = [
        "dtype": .string(SafetensorsType.float32.rawValue),
        "shape": .array(tensor.shape.dimensions.map { .integer(Int64($0)) }),
        "data_offsets": [.integer(Int64(offset)), .integer(Int64(end))],
      ]
      members.append((tensor.name, entry))
      offset = end
    }
    var text = Array(JSONValue.object(JSONObject(members)).text().utf8)
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    let length = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> ($0 * 8)) }
    self.header = length + text
  }

  /// The size of the whole file in bytes.
  package var byteCount: Int {
    header.count + tensors.reduce(0) { $0 + $1.shape.count * 4 }
  }

  /// Writes a new file and forces it to the disk.
  ///
  /// - Parameters:
  ///   - path: Where; nothing may exist there.
  ///   - fileSystem: Makes the changes to the disk.
  /// - Returns: The size and hash of what was written, computed while writing.
  /// - Throws: ``FileError``; a part of the file may be there.
  package func write(
    to path: String, fileSystem: FileSystem = FileSystem()
  ) throws(FileError) -> FileDigest {
    let file = try fileSystem.createFile(path)
    let hash = ContentHash()
    hash.add(header)
    try file.write(header)
    // Small enough that the bytes are still in the cache when the second of hash and write comes.
    let piece = 1 << 20
    for tensor in tensors {
      let bytes = unsafe UnsafeRawBufferPointer(tensor.values.bytes)
      for start in stride(from: 0, to: tensor.shape.count * 4, by: piece) {
        let end = min(start + piece, bytes.count)
        let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        unsafe hash.add(part)
        try unsafe file.write(part)
      }
    }
    try file.synchronize()
    return FileDigest(name: FilePath.name(of: path), byteCount: byteCount, hash: hash.text)
  }
}
