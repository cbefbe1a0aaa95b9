internal import JSONText
package import Tensors

/// What a safetensors file says of one tensor.
package struct SafetensorsEntry: Sendable, Equatable {
  /// The tensor's name.
  package let name: String
  /// How its elements are stored.
  package let type: SafetensorsType
  /// Its shape; empty for a single number.
  package let shape: Shape
  /// Its bytes, counted from the end of the header.
  package let range: Range<Int>
}

/// The list of a safetensors file's tensors, read and checked.
///
/// The checks go beyond what the format's own library enforces in one point: a key that is there
/// twice is refused, since nobody can know which of the two was meant.
struct SafetensorsHeader: Equatable {
  /// The most bytes that a header may have, as in the format's own library.
  static let byteLimit = 100_000_000

  /// The tensors, in the order of their bytes.
  let entries: [SafetensorsEntry]
  /// The texts under `__metadata__`, in the order written.
  let metadata: [String: String]

  /// What breaks the rules, before the path is known.
  struct Flaw: Error {
    let reason: String

    init(_ reason: String) {
      self.reason = reason
    }
  }

  /// Reads the JSON part of a file.
  ///
  /// - Parameters:
  ///   - bytes: The header without its length.
  ///   - dataByteCount: The bytes that follow it in the file.
  /// - Throws: ``Flaw`` with the first rule that is broken.
  init(bytes: [UInt8], dataByteCount: Int) throws(Flaw) {
    let document: JSONValue
    do {
      document = try JSONValue.parse(bytes)
    } catch {
      throw Flaw("its header is no valid JSON: \(error)")
    }
    guard let members = document.object?.members else {
      throw Flaw("its header is \(document.kindDescription), expected an object")
    }
    var entries: [SafetensorsEntry] = []
    var metadata: [String: String] = [:]
    for member in members {
      if member.key == "__metadata__" {
        metadata = try Self.metadata(member.value)
      } else {
        entries.append(try Self.entry(member.key, member.value))
      }
    }
    entries.sort {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    self.entries = entries
    self.metadata = metadata
    try Self.checkCoverage(entries, dataByteCount)
  }

  private static func metadata(_ value: JSONValue) throws(Flaw) -> [String: String] {
    guard let members = value.object?.members else {
      throw Flaw("__metadata__ is \(value.kindDescription), expected an object")
    }
    var metadata: [String: String] = [:]
    for member in members {
      guard let text = member.value.string else {
        throw Flaw(
          "`\(member.key)` of __metadata__ is \(member.value.kindDescription), expected a text")
      }
      metadata[member.key] = text
    }
    return metadata
  }

  private static func entry(_ name: String, _ value: JSONValue) throws(Flaw) -> SafetensorsEntry {
    do {
      guard let object = value.object else {
        throw Flaw("tensor `\(name)` is \(value.kindDescription), expected an object")
      }
      let typeName = try object.string("dtype")
      guard let type = SafetensorsType(rawValue: typeName) else {
        throw Flaw("tensor `\(name)` has the unknown dtype \(typeName)")
      }
      let dimensions = try sizes(try object.array("shape"), "shape", of: name)
      let offsets = try sizes(try object.array("data_offsets"), "data_offsets", of: name)
      guard offsets.count == 2, offsets[0] <= offsets[1] else {
        throw Flaw("data_offsets of tensor `\(name)` are \(offsets), expected begin and end")
      }
      let entry = SafetensorsEntry(
        name: name, type: type, shape: Shape(dimensions), range: offsets[0]..<offsets[1])
      try checkSize(entry)
      return entry
    } catch let flaw as Flaw {
      throw flaw
    } catch {
      throw Flaw("tensor `\(name)`: \(error)")
    }
  }

  private static func sizes(
    _ values: [JSONValue], _ key: String, of name: String
  ) throws(Flaw) -> [Int] {
    var sizes: [Int] = []
    for value in values {
      guard let size = value.integer, size >= 0 else {
        throw Flaw("\(key) of tensor `\(name)` has \(value.text()), expected a whole number from 0")
      }
      sizes.append(size)
    }
    return sizes
  }

  private static func checkSize(_ entry: SafetensorsEntry) throws(Flaw) {
    var byteCount = entry.type.byteCount
    for dimension in entry.shape.dimensions {
      let (product, overflow) = byteCount.multipliedReportingOverflow(by: dimension)
      if overflow { throw Flaw("the shape \(entry.shape) of tensor `\(entry.name)` overflows") }
      byteCount = product
    }
    if byteCount != entry.range.count {
      throw Flaw(
        """
        tensor `\(entry.name)` has \(entry.range.count) bytes, expected \(byteCount) for \
        \(entry.type.rawValue) \(entry.shape)
        """)
    }
  }

  /// Tensors must cover the data from end to end: anything else hides bytes or shows some twice.
  private static func checkCoverage(
    _ entries: [SafetensorsEntry], _ dataByteCount: Int
  ) throws(Flaw) {
    var end = 0
    for entry in entries {
      if entry.range.lowerBound > end {
        throw Flaw("bytes \(end)..<\(entry.range.lowerBound) of its data belong to no tensor")
      }
      if entry.range.lowerBound < end {
        throw Flaw("tensor `\(entry.name)` overlaps the one before it")
      }
      end = entry.range.upperBound
    }
    if end > dataByteCount {
      throw Flaw("it is cut off: \(dataByteCount) bytes of data, expected \(end)")
    }
    if end < dataByteCount {
      throw Flaw("\(dataByteCount - end) bytes follow the last tensor")
    }
  }
}
