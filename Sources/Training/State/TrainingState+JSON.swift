internal import Datasets
package import JSONText
internal import Networks
internal import Optimizers
internal import Tensors

extension TrainingState {
  private static let format = 1

  /// The state as JSON.
  package var json: JSONValue {
    var object = JSONObject([
      ("format", .integer(Int64(Self.format))), ("step", .integer(Int64(progress.step))),
      ("seed", JSONValue(unsigned: seed)), ("shards", .integer(Int64(shards))),
      ("global_batch", .integer(Int64(globalBatch))), ("samples", .integer(Int64(samples))),
      ("optimizer", .string(optimizer)), ("schedule", .string(schedule)),
      ("early_stopping", .string(earlyStopping)), ("epoch_sums", Self.json(progress.epochSums)),
      ("normalization", Self.json(normalization)),
    ])
    if let validation = progress.validation { object["validation"] = Self.json(validation) }
    if let step = progress.validationStep { object["validation_step"] = .integer(Int64(step)) }
    if let step = progress.bestStep { object["best_step"] = .integer(Int64(step)) }
    if let value = progress.bestValue { object["best_value"] = .number(value) }
    if let instructionSet { object["instruction_set"] = .string(instructionSet) }
    if wire != .float32 { object["wire"] = .string(wire.rawValue) }
    progress.addMonitoring(to: &object)
    if let classNames { object["classes"] = .array(classNames.map(JSONValue.string)) }
    return .object(object)
  }

  /// Reads a state.
  ///
  /// - Throws: `JSONError` naming the member that is missing or wrong.
  package init(json: JSONValue) throws(JSONError) {
    guard let object = json.object else { throw JSONError("the state is no object") }
    let format = try object.integer("format")
    guard format == Self.format else {
      throw JSONError("the state has format \(format), this version knows \(Self.format)")
    }
    progress = TrainingProgress()
    progress.step = try object.integer("step")
    progress.epochSums = try Self.sums(object, "epoch_sums")
    progress.validation = object["validation"] == nil ? nil : try Self.sums(object, "validation")
    progress.validationStep =
      object["validation_step"] == nil ? nil : try object.integer("validation_step")
    progress.bestStep = object["best_step"] == nil ? nil : try object.integer("best_step")
    progress.bestValue = object["best_value"] == nil ? nil : try object.number("best_value")
    try progress.readMonitoring(from: object)
    guard let seed = try object.required("seed").unsigned else {
      throw JSONError("`seed` is no whole number")
    }
    self.seed = seed
    shards = try object.integer("shards")
    globalBatch = try object.integer("global_batch")
    samples = try object.integer("samples")
    optimizer = try object.string("optimizer")
    // Checkpoints of versions that had neither do not have the members.
    schedule =
      object["schedule"] == nil ? ConstantSchedule.kind : try object.string("schedule")
    earlyStopping =
      object["early_stopping"] == nil ? Self.noEarlyStopping : try object.string("early_stopping")
    instructionSet =
      object["instruction_set"] == nil ? nil : try object.string("instruction_set")
    wire = try Self.wire(object)
    normalization = try Self.normalization(try object.object("normalization"))
    classNames = object["classes"]?.array?.compactMap(\.string)
  }

  /// What gradients were rounded to; the member is there where they were.
  private static func wire(_ object: JSONObject) throws(JSONError) -> ElementType {
    guard object["wire"] != nil else { return .float32 }
    let name = try object.string("wire")
    guard let type = ElementType(rawValue: name) else {
      throw JSONError("`wire` is `\(name)`, which this version does not know")
    }
    return type
  }

  private static func json(_ sums: LossSums) -> JSONValue {
    .array(
      [
        sums.loss, sums.weight, sums.correct, sums.squaredError, sums.absoluteError, sums.count,
      ].map(JSONValue.number))
  }

  private static func sums(_ object: JSONObject, _ key: String) throws(JSONError) -> LossSums {
    let numbers = try object.array(key).compactMap(\.number)
    guard numbers.count == 6 else { throw JSONError("`\(key)` is not six numbers") }
    var sums = LossSums()
    sums.loss = numbers[0]
    sums.weight = numbers[1]
    sums.correct = numbers[2]
    sums.squaredError = numbers[3]
    sums.absoluteError = numbers[4]
    sums.count = numbers[5]
    return sums
  }

  private static func json(_ normalization: Normalization) -> JSONValue {
    func list(_ values: [Float]) -> JSONValue { .array(values.map { .number(Double($0)) }) }
    return .object(
      JSONObject(
        [("kind", .string(normalization.kind.rawValue))]
          + normalization.arrays.sorted { $0.key < $1.key }.map { ($0.key, list($0.value)) }))
  }

  private static func normalization(_ object: JSONObject) throws(JSONError) -> Normalization {
    guard let kind = Normalization.Kind(rawValue: try object.string("kind")) else {
      throw JSONError("the normalization's kind is not known")
    }
    var arrays: [String: [Float]] = [:]
    for member in object.members where member.key != "kind" {
      arrays[member.key] = member.value.array?.compactMap { $0.number.map { Float($0) } }
    }
    do {
      return try Normalization(kind: kind, arrays: arrays)
    } catch {
      throw JSONError(error.message)
    }
  }
}
