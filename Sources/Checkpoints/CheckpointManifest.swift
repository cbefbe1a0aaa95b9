internal import JSONText

/// The last file written into a checkpoint: what the others must look like.
///
/// A folder without a valid manifest is no checkpoint. The manifest carries a hash over itself, so
/// that a flipped bit in a size or a metric is found like one in the tensors.
struct CheckpointManifest: Equatable {
  /// The name of the file.
  static let fileName = "manifest.json"
  /// The version of the layout that this code writes and reads.
  static let version = 1

  /// The number of optimizer steps done.
  var step: Int
  /// The place in the order of writing: 1 for the first checkpoint of the folder.
  ///
  /// Steps do not give that order where a run went back to an old checkpoint, and clocks jump.
  var sequence: Int
  /// The metric that decides which checkpoints are the best.
  var monitored: MonitoredMetric?
  /// Sizes and hashes of the other files.
  var files: [FileDigest]

  /// The manifest as the bytes of its file.
  var bytes: [UInt8] {
    var object = content
    object["checksum"] = .string(checksum(of: object))
    return Array((JSONValue.object(object).text(.indented) + "\n").utf8)
  }

  /// Reads the bytes of a manifest file and checks its own hash.
  ///
  /// - Throws: ``JSONError`` saying what is wrong.
  init(bytes: [UInt8]) throws(JSONError) {
    guard var object = try JSONValue.parse(bytes).object else {
      throw JSONError("it is no object")
    }
    let version = try object.integer("version")
    guard version == Self.version else {
      throw JSONError("it has version \(version), this program reads \(Self.version)")
    }
    let expected = try object.string("checksum")
    object["checksum"] = nil
    step = try object.integer("step")
    sequence = try object.integer("sequence")
    if let monitored = object["monitored"]?.object {
      self.monitored = MonitoredMetric(
        name: try monitored.string("name"), value: try monitored.number("value"))
    }
    files = []
    for file in try object.array("files") {
      guard let file = file.object else { throw JSONError("`files` has no objects") }
      files.append(
        FileDigest(
          name: try file.string("name"), byteCount: try file.integer("bytes"),
          hash: try file.string("xxh3")))
    }
    guard checksum(of: object) == expected else {
      throw JSONError("it does not match its own checksum")
    }
  }

  /// Collects a manifest.
  init(step: Int, sequence: Int, monitored: MonitoredMetric?, files: [FileDigest]) {
    self.step = step
    self.sequence = sequence
    self.monitored = monitored
    self.files = files
  }

  private var content: JSONObject {
    var object = JSONObject([
      ("format", "lockstep checkpoint"),
      ("version", .integer(Int64(Self.version))),
      ("step", .integer(Int64(step))),
      ("sequence", .integer(Int64(sequence))),
    ])
    if let monitored {
      object["monitored"] = [
        "name": .string(monitored.name), "value": .number(monitored.value),
      ]
    }
    object["files"] = .array(
      files.map {
        [
          "name": .string($0.name), "bytes": .integer(Int64($0.byteCount)),
          "xxh3": .string($0.hash),
        ]
      })
    return object
  }

  private func checksum(of object: JSONObject) -> String {
    let hash = ContentHash()
    hash.add(Array(JSONValue.object(object).text().utf8))
    return hash.text
  }
}
