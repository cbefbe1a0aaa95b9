internal import JSONText

/// The disk that a run would be written to.
package struct DiskFacts: Sendable, Equatable {
  /// The folder of all runs.
  package var folder: String
  /// Bytes that are free.
  package var free: Int
  /// Bytes a second that are written and forced to the disk.
  package var rate: Double
  /// Seconds that forcing a few bytes to the disk takes.
  package var syncSeconds: Double
  /// Why nothing can be written there; nil where it can.
  package var problem: String?

  /// Collects facts.
  package init(
    folder: String, free: Int, rate: Double, syncSeconds: Double, problem: String? = nil
  ) {
    self.folder = folder
    self.free = free
    self.rate = rate
    self.syncSeconds = syncSeconds
    self.problem = problem
  }

  var json: JSONObject {
    JSONObject([
      ("folder", .string(folder)), ("free", .integer(Int64(free))), ("rate", .number(rate)),
      ("sync_seconds", .number(syncSeconds)), ("problem", problem.map(JSONValue.string) ?? .null),
    ])
  }

  init(json: JSONObject) throws(JSONError) {
    folder = try json.string("folder")
    free = try json.integer("free")
    rate = try json.number("rate")
    syncSeconds = try json.number("sync_seconds")
    problem = json["problem"]?.string
  }
}
