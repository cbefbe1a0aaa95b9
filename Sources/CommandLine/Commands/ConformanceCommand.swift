internal import Conformance
internal import DurableFiles
internal import Options

/// The command `lockstep conformance`.
struct ConformanceCommand: Command {
  static let declaration = CommandDeclaration(
    name: "conformance", abstract: "compare networks with reference cases computed elsewhere",
    discussion: """
      Runs every case folder below DIR: case.yaml and tensors.safetensors. An error is
      max |ours - reference| / max(1e-3, max |reference|) of a tensor; after steps of an optimizer that
      divides by the gradient's size ten times the tolerance is allowed.
      """,
    arguments: [ArgumentDeclaration("dir", help: "the folder of case folders")],
    options: [
      .value(
        "tolerance", placeholder: "T", default: "2e-4", help: "the largest error that passes")
    ],
    examples: [
      CommandExample("lockstep conformance Tests/Reference/conformance", "the cases shipped here")
    ])

  func run(_ arguments: ParsedArguments, in context: CommandContext) throws -> ExitCode {
    let folder = arguments.required("dir")
    let tolerance = try arguments.positiveNumber("tolerance") ?? 2e-4
    let names = try CaseFolders.names(in: folder)
    let kinds = ConformanceErrors.Kind.allCases
    var table = TextTable(
      [("case", .left)] + kinds.map { ($0.rawValue, .right) } + [("", .left)])
    var failed = 0
    for name in names {
      let (cells, verdict) = Self.row(name, in: folder, tolerance: tolerance)
      table.add([name] + cells + [verdict ?? "passed"])
      if verdict != nil { failed += 1 }
    }
    try context.output.line(table.text)
    try context.output.line("\(names.count - failed) passed, \(failed) failed")
    return failed == 0 ? .done : .failed
  }

  /// One case's errors, and why it failed; nil where it passed.
  private static func row(
    _ name: String, in folder: String, tolerance: Double
  ) -> (cells: [String], verdict: String?) {
    do {
      let example = try ConformanceCase(name: name, folder: "\(folder)/\(name)")
      let errors = try example.run()
      let cells = ConformanceErrors.Kind.allCases.map { kind in
        errors.worst[kind].map { scientific($0.error) } ?? "-"
      }
      let failures = errors.failures(tolerance: tolerance, isAdaptive: example.isAdaptive)
      let verdict = failures.map { "\($0.rawValue) of \(errors.worst[$0]?.tensor ?? "")" }
      return (cells, verdict.isEmpty ? nil : "FAILED: " + verdict.joined(separator: ", "))
    } catch {
      let cells = ConformanceErrors.Kind.allCases.map { _ in "-" }
      return (cells, "FAILED: " + firstLine(of: error))
    }
  }

  private static func firstLine(of error: any Error) -> String {
    if let error = error as? OptionsError, let first = error.problems.first {
      return first.message
    }
    return "\(error)".split(separator: "\n").first.map(String.init) ?? ""
  }

  /// A number with two digits and its power of ten: `1.2e-07`.
  private static func scientific(_ value: Double) -> String {
    guard value > 0, value.isFinite else { return value == 0 ? "0" : "\(value)" }
    var exponent = 0
    var mantissa = value
    while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    while mantissa >= 9.95 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    let tenths = Int((mantissa * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)e\(exponent)"
  }
}
