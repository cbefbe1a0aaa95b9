internal import JSONText

/// The memory of a rank's machine, and what of it the rank may use.
package struct MemoryFacts: Sendable, Equatable {
  /// Bytes of memory.
  package var total: Int
  /// Bytes that the control group may use; nil for any.
  package var limit: Int?
  /// Bytes of the file system behind shared windows, /dev/shm.
  package var sharedSize: Int
  /// Bytes that are free there.
  package var sharedFree: Int
  /// When the kernel gives large pages: `always`, `madvise`, `never`; nil where it does not say.
  package var largePages: String?
  /// The most files that a process may have open.
  package var openFiles: Int
  /// The most bytes that a process may lock; nil for any.
  package var locked: Int?
  /// Whether there is a network adapter that needs locked memory.
  package var hasRemoteMemoryAdapter: Bool

  /// Collects facts.
  package init(
    total: Int, limit: Int? = nil, sharedSize: Int, sharedFree: Int, largePages: String? = nil,
    openFiles: Int = 1024, locked: Int? = nil, hasRemoteMemoryAdapter: Bool = false
  ) {
    self.total = total
    self.limit = limit
    self.sharedSize = sharedSize
    self.sharedFree = sharedFree
    self.largePages = largePages
    self.openFiles = openFiles
    self.locked = locked
    self.hasRemoteMemoryAdapter = hasRemoteMemoryAdapter
  }

  /// Bytes that the ranks of the machine may use.
  var usable: Int { min(total, limit ?? total) }

  var json: JSONObject {
    JSONObject([
      ("total", .integer(Int64(total))), ("limit", limit.map { .integer(Int64($0)) } ?? .null),
      ("shared_size", .integer(Int64(sharedSize))), ("shared_free", .integer(Int64(sharedFree))),
      ("large_pages", largePages.map(JSONValue.string) ?? .null),
      ("open_files", .integer(Int64(openFiles))),
      ("locked", locked.map { .integer(Int64($0)) } ?? .null),
      ("has_remote_memory_adapter", .boolean(hasRemoteMemoryAdapter)),
    ])
  }

  init(json: JSONObject) throws(JSONError) {
    total = try json.integer("total")
    limit = json["limit"]?.integer
    sharedSize = try json.integer("shared_size")
    sharedFree = try json.integer("shared_free")
    largePages = json["large_pages"]?.string
    openFiles = try json.integer("open_files")
    locked = json["locked"]?.integer
    hasRemoteMemoryAdapter = json["has_remote_memory_adapter"]?.boolean == true
  }
}
