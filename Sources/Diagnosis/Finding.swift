/// What a check says of a job.
package struct Finding: Sendable, Equatable {
  /// How serious it is.
  package enum State: String, Sendable, CaseIterable {
    /// As it should be.
    case ok
    /// Worth knowing: the run works, slower or less convenient than it could be.
    case warning
    /// To be mended: the run fails, hangs, differs between ranks, or wastes most of the machine.
    case failed
  }

  /// How serious it is.
  package let state: State
  /// What was found, in a phrase.
  package let found: String
  /// The flag, command or setting that mends it; nil where nothing is to mend.
  package let hint: String?

  /// Nothing to mend.
  package static func ok(_ found: String) -> Finding {
    Finding(state: .ok, found: found, hint: nil)
  }

  /// Something worth knowing.
  package static func warning(_ found: String, hint: String) -> Finding {
    Finding(state: .warning, found: found, hint: hint)
  }

  /// Something to mend.
  package static func failed(_ found: String, hint: String) -> Finding {
    Finding(state: .failed, found: found, hint: hint)
  }
}

/// One thing that doctor looks at.
///
/// It judges facts that were gathered before, so that every failure can be tested on facts made up.
package protocol Check: SendableMetatype {
  /// The name, as the table shows it.
  static var name: String { get }

  /// Judges the job.
  static func judge(_ job: JobFacts) -> Finding
}
