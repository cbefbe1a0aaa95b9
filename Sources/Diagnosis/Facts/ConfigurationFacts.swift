internal import JSONText

/// A configuration as a rank reads it.
package struct ConfigurationFacts: Sendable, Equatable {
  /// A file that the data is read from.
  package struct DataFile: Sendable, Equatable {
    /// Where it is.
    package var path: String
    /// A hash of its content; nil where it cannot be read.
    package var hash: String?

    /// Names a file.
    package init(path: String, hash: String?) {
      self.path = path
      self.hash = hash
    }
  }

  /// A hash of the whole configuration, after `extends` and changes.
  package var hash: String
  /// Into how many shards a step is cut; nil where the first launch decides.
  package var shards: Int?
  /// The data's files, with their hashes on the first rank of each machine; empty on the others.
  package var files: [DataFile]
  /// Bytes of the parameters, known on rank 0 where the network fits the data.
  package var parameterBytes: Int?
  /// Buffers of that size that the optimizer keeps.
  package var stateCount: Int
  /// Whether the ranks of a machine share a window, rather than send each other messages.
  package var sharesMemory: Bool
  /// Why it cannot be read; nil where it can.
  package var problem: String?
  /// Why rank 0 cannot load the data or build the network on them; nil where it can.
  package var dataProblem: String?

  /// Collects facts.
  package init(
    hash: String = "", shards: Int? = nil, files: [DataFile] = [], parameterBytes: Int? = nil,
    stateCount: Int = 0, sharesMemory: Bool = true, problem: String? = nil,
    dataProblem: String? = nil
  ) {
    self.hash = hash
    self.shards = shards
    self.files = files
    self.parameterBytes = parameterBytes
    self.stateCount = stateCount
    self.sharesMemory = sharesMemory
    self.problem = problem
    self.dataProblem = dataProblem
  }

  var json: JSONObject {
    JSONObject([
      ("hash", .string(hash)), ("shards", shards.map { .integer(Int64($0)) } ?? .null),
      (
        "files",
        .array(
          files.map {
            .object(
              JSONObject([
                ("path", .string($0.path)), ("hash", $0.hash.map(JSONValue.string) ?? .null),
              ]))
          })
      ),
      ("parameter_bytes", parameterBytes.map { .integer(Int64($0)) } ?? .null),
      ("state_count", .integer(Int64(stateCount))),
      ("shares_memory", .boolean(sharesMemory)),
      ("problem", problem.map(JSONValue.string) ?? .null),
      ("data_problem", dataProblem.map(JSONValue.string) ?? .null),
    ])
  }

  init(json: JSONObject) throws(JSONError) {
    hash = try json.string("hash")
    shards = json["shards"]?.integer
    files = try json.array("files").compactMap(\.object).map { (file) throws(JSONError) in
      DataFile(path: try file.string("path"), hash: file["hash"]?.string)
    }
    parameterBytes = json["parameter_bytes"]?.integer
    stateCount = try json.integer("state_count")
    sharesMemory = json["shares_memory"]?.boolean == true
    problem = json["problem"]?.string
    dataProblem = json["data_problem"]?.string
  }
}
