package import JSONText

/// All checks of a job, judged on rank 0.
package struct Examination: Sendable {
  /// A check's name and what it says.
  package typealias Result = (check: String, finding: Finding)

  /// Every check, in the order of the table.
  package static let checks: [any Check.Type] = [
    LaunchCheck.self, LibraryCheck.self, SingleCopyCheck.self, NetworkCheck.self,
    MessagesCheck.self, SharedMemoryCheck.self, CoresCheck.self, QuotaCheck.self,
    OpenMPCheck.self, MemoryCheck.self, LargePagesCheck.self, LimitsCheck.self,
    InstructionSetCheck.self, OneDNNCheck.self, ProgramCheck.self, ConfigurationCheck.self,
    DataCheck.self, ShardsCheck.self, ClocksCheck.self, DiskCheck.self,
  ]

  /// What was judged.
  package let job: JobFacts
  /// What the checks say, in their order.
  package let results: [Result]

  /// Judges a job.
  package init(_ job: JobFacts) {
    self.job = job
    results = Self.checks.map { ($0.name, $0.judge(job)) }
  }

  /// How many checks say so.
  package func count(of state: Finding.State) -> Int {
    results.count { $0.finding.state == state }
  }

  /// The findings and the facts under them, as `lockstep doctor --json` writes them.
  package var json: JSONValue {
    .object(
      JSONObject([
        ("failed", .integer(Int64(count(of: .failed)))),
        ("warnings", .integer(Int64(count(of: .warning)))),
        (
          "checks",
          .array(
            results.map { name, finding in
              .object(
                JSONObject([
                  ("name", .string(name)), ("state", .string(finding.state.rawValue)),
                  ("found", .string(finding.found)),
                  ("hint", finding.hint.map(JSONValue.string) ?? .null),
                ]))
            })
        ),
        ("ranks", .array(job.ranks.map { .object($0.json) })),
        ("links", .array(job.links.map { .object($0.json) })),
      ]))
  }
}
