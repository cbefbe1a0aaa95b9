internal import CLanes

#if canImport(Glibc)
  internal import Glibc
#endif

/// What this machine offers to this process.
package enum Machine {
  /// The processors that this process may run on, at least 1.
  package static var allowedCores: Int { max(1, Int(clanes_allowed_cores())) }

  /// The bytes of memory that the machine has.
  package static var memoryByteCount: Int {
    max(0, sysconf(Int32(_SC_PHYS_PAGES))) * max(0, sysconf(Int32(_SC_PAGESIZE)))
  }
}
