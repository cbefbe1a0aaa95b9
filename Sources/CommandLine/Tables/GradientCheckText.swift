internal import GradientChecking
internal import JSONText
internal import RunRecords
internal import Tensors

/// How the result of a gradient check is shown.
enum GradientCheckText {
  /// A table, what it explains, and how many passed.
  static func text(_ report: GradientCheckReport) -> String {
    var table = TextTable([
      ("tensor", .left), ("shape", .left), ("checked", .right), ("worst error", .right),
      ("its bound", .right), ("", .left),
    ])
    for tensor in report.tensors {
      let worst = tensor.worst
      table.add([
        tensor.name, tensor.shape.description,
        tensor.measurements.isEmpty ? "-" : "\(tensor.measurements.count) directions",
        worst.map { NumberText.scientific($0.relativeError) } ?? "-",
        worst.map { NumberText.scientific($0.relativeBound) } ?? "-", verdict(tensor),
      ])
    }
    var paragraphs = [
      "loss \(NumberText.metric(report.loss)), summed over \(report.samples) "
        + (report.samples == 1 ? "sample" : "samples"), table.text,
    ]
    if !report.explanation.isEmpty {
      paragraphs.append(report.explanation.map { "- \($0)" }.joined(separator: "\n"))
    }
    return paragraphs.joined(separator: "\n\n") + "\n\n" + counts(report)
  }

  private static func verdict(_ tensor: TensorCheck) -> String {
    let word = tensor.verdict == .failed ? "FAILED" : tensor.verdict.rawValue
    return word + (tensor.note.map { ": \($0)" } ?? "")
  }

  private static func counts(_ report: GradientCheckReport) -> String {
    var text = "\(report.count(of: .passed)) passed, \(report.count(of: .failed)) failed"
    let open = report.count(of: .inconclusive)
    if open > 0 { text += ", \(open) inconclusive" }
    return text
  }

  /// All measurements.
  static func json(
    _ report: GradientCheckReport, _ settings: GradientCheckSettings
  ) -> JSONValue {
    .object(
      JSONObject([
        ("passed", .integer(Int64(report.count(of: .passed)))),
        ("failed", .integer(Int64(report.count(of: .failed)))),
        ("inconclusive", .integer(Int64(report.count(of: .inconclusive)))),
        ("loss", .number(report.loss)), ("samples", .integer(Int64(report.samples))),
        ("seed", JSONValue(unsigned: settings.seed)), ("tolerance", .number(settings.tolerance)),
        ("explanation", .array(report.explanation.map(JSONValue.string))),
        ("tensors", .array(report.tensors.map(json))),
      ]))
  }

  private static func json(_ tensor: TensorCheck) -> JSONValue {
    .object(
      JSONObject([
        ("name", .string(tensor.name)),
        ("shape", .array(tensor.shape.dimensions.map { .integer(Int64($0)) })),
        ("verdict", .string(tensor.verdict.rawValue)),
        ("note", tensor.note.map(JSONValue.string) ?? .null),
        ("measurements", .array(tensor.measurements.map(json))),
      ]))
  }

  private static func json(_ measurement: Measurement) -> JSONValue {
    .object(
      JSONObject([
        ("direction", .string(measurement.direction)), ("analytic", .number(measurement.analytic)),
        ("numeric", .number(measurement.numeric)), ("bound", .number(measurement.bound)),
        ("scale", .number(measurement.scale)), ("step", .number(measurement.step)),
        ("kink", .boolean(measurement.hasKink)), ("verdict", .string(measurement.verdict.rawValue)),
      ]))
  }
}
