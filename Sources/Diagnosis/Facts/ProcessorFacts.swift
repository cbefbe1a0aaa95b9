internal import JSONText

/// What a rank may compute with.
package struct ProcessorFacts: Sendable, Equatable {
  /// The numbers of the cores that it may run on.
  package var allowedCores: [Int]
  /// The cores that whoever started it may use: those of the machine, or of the container.
  package var coreCount: Int
  /// How many cores' time its control group may use; nil for any.
  package var quota: Double?
  /// The worker threads that a run would give it, the same on every rank.
  package var workers: Int
  /// Whether the configuration says so many, rather than the cores.
  package var workersAreGiven: Bool
  /// What the environment tells OpenMP: `OMP_NUM_THREADS` and its like.
  package var openMP: [String: String]

  /// Collects facts.
  package init(
    allowedCores: [Int], coreCount: Int, quota: Double? = nil, workers: Int,
    workersAreGiven: Bool = false, openMP: [String: String] = [:]
  ) {
    self.allowedCores = allowedCores
    self.coreCount = coreCount
    self.quota = quota
    self.workers = workers
    self.workersAreGiven = workersAreGiven
    self.openMP = openMP
  }

  var json: JSONObject {
    JSONObject([
      ("allowed_cores", .array(allowedCores.map { .integer(Int64($0)) })),
      ("core_count", .integer(Int64(coreCount))), ("quota", quota.map(JSONValue.number) ?? .null),
      ("workers", .integer(Int64(workers))), ("workers_are_given", .boolean(workersAreGiven)),
      ("openmp", .object(JSONObject(texts: openMP))),
    ])
  }

  init(json: JSONObject) throws(JSONError) {
    allowedCores = try json.array("allowed_cores").compactMap(\.integer)
    coreCount = try json.integer("core_count")
    quota = json["quota"]?.number
    workers = try json.integer("workers")
    workersAreGiven = json["workers_are_given"]?.boolean == true
    openMP = try json.texts("openmp")
  }
}

extension JSONObject {
  /// An object of texts, keys in order.
  init(texts: [String: String]) {
    self.init(texts.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
  }

  /// The texts of an object that must be there.
  ///
  /// - Throws: `JSONError` naming the key where it is absent or no object.
  func texts(_ key: String) throws(JSONError) -> [String: String] {
    var texts: [String: String] = [:]
    for member in try object(key).members { texts[member.key] = member.value.string }
    return texts
  }
}
