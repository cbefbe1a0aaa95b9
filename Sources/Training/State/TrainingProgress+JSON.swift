package import JSONText
internal import Optimizers

// What a run knows of its monitors, in the state of a checkpoint. Members are written where there is
// something to tell, so that the state of a run without monitors is as it was before there were any.

extension TrainingProgress {
  /// Reads in which step the parameters that came of a run were, from the state of its last checkpoint.
  ///
  /// - Returns: the step; nil where they are those of the last one.
  package static func restoredStep(in state: JSONValue) -> Int? {
    state.object?["restored_step"]?.integer
  }

  /// Adds the members.
  func addMonitoring(to object: inout JSONObject) {
    if let value = monitored { object["monitored"] = .number(value) }
    if stagnation != Stagnation() { object["stagnation"] = .object(stagnation.json) }
    if plateau != Plateau() { object["plateau"] = .object(plateau.json) }
    if let step = restoredStep { object["restored_step"] = .integer(Int64(step)) }
  }

  /// Reads the members.
  ///
  /// - Throws: `JSONError` naming one that is wrong.
  mutating func readMonitoring(from object: JSONObject) throws(JSONError) {
    monitored = object["monitored"] == nil ? nil : try object.number("monitored")
    if object["stagnation"] != nil {
      stagnation = try Stagnation(json: object.object("stagnation"))
    }
    if object["plateau"] != nil { plateau = try Plateau(json: object.object("plateau")) }
    restoredStep = object["restored_step"] == nil ? nil : try object.integer("restored_step")
  }
}

extension Stagnation {
  fileprivate var json: JSONObject {
    var object = JSONObject([("waited", .integer(Int64(waited)))])
    if let best { object["best"] = .number(best) }
    if let bestStep { object["best_step"] = .integer(Int64(bestStep)) }
    return object
  }

  fileprivate init(json object: JSONObject) throws(JSONError) {
    self.init()
    waited = try object.integer("waited")
    best = object["best"] == nil ? nil : try object.number("best")
    bestStep = object["best_step"] == nil ? nil : try object.integer("best_step")
  }
}

extension Plateau {
  fileprivate var json: JSONObject {
    var object = JSONObject([
      ("waited", .integer(Int64(waited))), ("cooldown_left", .integer(Int64(cooldownLeft))),
      ("reductions", .integer(Int64(reductions))),
    ])
    if let best { object["best"] = .number(best) }
    return object
  }

  fileprivate init(json object: JSONObject) throws(JSONError) {
    self.init()
    waited = try object.integer("waited")
    cooldownLeft = try object.integer("cooldown_left")
    reductions = try object.integer("reductions")
    best = object["best"] == nil ? nil : try object.number("best")
  }
}
