internal import JSONText

/// The metrics of one part of the data at one step.
package struct MetricsRecord: Sendable, Equatable {
  /// One metric.
  package struct Value: Sendable, Equatable {
    /// Its name: `loss`, `accuracy`.
    package let name: String
    /// Its value; NaN and infinities are values too.
    package let value: Double

    /// Names a value.
    package init(_ name: String, _ value: Double) {
      self.name = name
      self.value = value
    }
  }

  /// The names that no metric may have.
  package static let reservedNames = ["step", "epoch", "wall", "split"]

  /// The number of optimizer steps done.
  package let step: Int
  /// The epoch that the step belongs to, from 1.
  package let epoch: Int
  /// Seconds of training so far, over all launches, without the pauses between them; kept to the
  /// millisecond.
  package let wall: Double
  /// The part of the data: `train`, `validation`, `test`.
  package let split: String
  /// The metrics, in order.
  package let values: [Value]

  /// Collects metrics.
  ///
  /// - Precondition: names are distinct and none is one of ``reservedNames``.
  package init(step: Int, epoch: Int, wall: Double, split: String, values: [Value]) {
    let names = Set(values.map(\.name))
    precondition(
      names.count == values.count && names.isDisjoint(with: Self.reservedNames),
      "metrics have distinct names, none of them step, epoch, wall or split")
    self.step = step
    self.epoch = epoch
    self.wall = wall.isFinite ? (wall * 1000).rounded() / 1000 : wall
    self.split = split
    self.values = values
  }

  /// The value of a metric; nil where it was not measured.
  package subscript(name: String) -> Double? {
    values.first { $0.name == name }?.value
  }

  /// The record as one line, without its end.
  var line: String {
    var members: [(String, JSONValue)] = [
      ("step", .integer(Int64(step))), ("epoch", .integer(Int64(epoch))), ("wall", .number(wall)),
      ("split", .string(split)),
    ]
    members += values.map { ($0.name, .number($0.value)) }
    return JSONValue.object(JSONObject(members)).text()
  }

  /// Reads a line.
  ///
  /// - Throws: ``JSONError`` saying what is wrong with it.
  init(line: [UInt8]) throws(JSONError) {
    guard let object = try JSONValue.parse(line).object else { throw JSONError("it is no object") }
    var values: [Value] = []
    for member in object.members where !Self.reservedNames.contains(member.key) {
      values.append(Value(member.key, try object.number(member.key)))
    }
    self.init(
      step: try object.integer("step"), epoch: try object.integer("epoch"),
      wall: try object.number("wall"), split: try object.string("split"), values: values)
  }
}
