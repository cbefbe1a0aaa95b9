internal import JSONText

extension RunRecord {
  /// The record as the object of its file.
  var json: JSONObject {
    var object = JSONObject([("format", "lockstep run"), ("version", 1), ("name", .string(name))])
    for member in launch.json.members { object[member.key] = member.value }
    object["seed"] = JSONValue(unsigned: seed)
    object["data"] = .object(JSONObject(data))
    if !earlierLaunches.isEmpty {
      object["earlier_launches"] = .array(earlierLaunches.map { .object($0.json) })
    }
    return object
  }

  /// Reads the object of a record's file.
  init(json object: JSONObject) throws(JSONError) {
    let version = try object.integer("version")
    guard version == 1 else {
      throw JSONError("it has version \(version), this program reads 1")
    }
    guard let seed = try object.required("seed").unsigned else {
      throw JSONError("`seed` is no whole number from 0")
    }
    var earlier: [RunLaunch] = []
    for launch in object["earlier_launches"]?.array ?? [] {
      guard let launch = launch.object else {
        throw JSONError("`earlier_launches` has \(launch.kindDescription), expected objects")
      }
      earlier.append(try RunLaunch(json: launch))
    }
    self.init(
      name: try object.string("name"), seed: seed, data: try object.texts("data"),
      launch: try RunLaunch(json: object), earlierLaunches: earlier)
  }
}

extension RunLaunch {
  /// The launch as an object.
  var json: JSONObject {
    var object = JSONObject([
      ("status", .string(status.rawValue)),
      ("started", .string(started.iso8601)),
      ("started_seconds", .number(started.seconds)),
      ("ended", ended.map { .string($0.iso8601) } ?? .null),
      ("ended_seconds", ended.map { .number($0.seconds) } ?? .null),
      ("exit_reason", exitReason.map(JSONValue.string) ?? .null),
      ("arguments", .array(arguments.map(JSONValue.string))),
      ("host", .string(host)),
      ("ranks", .integer(Int64(ranks))),
      ("workers", .integer(Int64(workers))),
      ("versions", .object(JSONObject(versions))),
    ])
    if let checkpoints { object["checkpoints"] = .object(checkpoints.json) }
    return object
  }

  /// Reads a launch from its object.
  init(json object: JSONObject) throws(JSONError) {
    let statusText = try object.string("status")
    guard let status = RunStatus(rawValue: statusText) else {
      throw JSONError("`status` is `\(statusText)`, which means nothing here")
    }
    self.init(
      started: WallTime(seconds: try object.number("started_seconds")),
      arguments: try object.array("arguments").compactMap(\.string),
      host: try object.string("host"), ranks: try object.integer("ranks"),
      workers: try object.integer("workers"), versions: try object.texts("versions"))
    self.status = status
    self.ended = object["ended_seconds"]?.number.map(WallTime.init(seconds:))
    self.exitReason = object["exit_reason"]?.string
    self.checkpoints = try object["checkpoints"]?.object.map(CheckpointCost.init(json:))
  }
}

extension CheckpointCost {
  /// The figures as an object.
  var json: JSONObject {
    JSONObject([
      ("written", .integer(Int64(count))),
      ("pause_seconds", .number(pauseSeconds)),
      ("longest_pause_seconds", .number(longestPauseSeconds)),
      ("pause_share", .number(pauseShare)),
    ])
  }

  /// Reads the figures from their object.
  init(json object: JSONObject) throws(JSONError) {
    self.init(
      count: try object.integer("written"),
      pauseSeconds: try object.number("pause_seconds"),
      longestPauseSeconds: try object.number("longest_pause_seconds"),
      pauseShare: try object.number("pause_share"))
  }
}

extension JSONObject {
  /// An object of texts; of texts of one name the last counts.
  fileprivate init(_ texts: [NamedText]) {
    self.init()
    for text in texts { self[text.name] = .string(text.text) }
  }

  /// The texts of an object that must be there.
  fileprivate func texts(_ key: String) throws(JSONError) -> [NamedText] {
    let object = try object(key)
    var texts: [NamedText] = []
    for member in object.members {
      texts.append(NamedText(member.key, try object.string(member.key)))
    }
    return texts
  }
}
