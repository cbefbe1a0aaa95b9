internal import Diagnosis

/// How the findings of `lockstep doctor` are shown.
enum DiagnosisText {
  /// A table of all checks, what mends those that are not as they should be, and how many those are.
  static func text(_ examination: Examination) -> String {
    var table = TextTable([("check", .left), ("", .left), ("found", .left)])
    for (check, finding) in examination.results {
      table.add([check, word(finding.state), finding.found])
    }
    let hints = examination.results.compactMap { check, finding in
      finding.hint.map { "\(word(finding.state)): \(check)\n  hint: \($0)" }
    }
    let warnings = examination.count(of: .warning)
    let count =
      "\(examination.count(of: .ok)) ok, \(warnings) \(warnings == 1 ? "warning" : "warnings"), "
      + "\(examination.count(of: .failed)) failed"
    return ([table.text] + hints + [count]).joined(separator: "\n\n")
  }

  private static func word(_ state: Finding.State) -> String {
    state == .failed ? "FAILED" : state.rawValue
  }
}
