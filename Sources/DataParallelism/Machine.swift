internal import CLanes

/// What this machine offers to this process.
package enum Machine {
  /// The processors that this process may run on, at least 1.
  package static var allowedCores: Int { max(1, Int(clanes_allowed_cores())) }
}
