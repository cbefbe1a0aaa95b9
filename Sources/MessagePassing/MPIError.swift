internal import CMPI

/// A call of the message passing interface that failed.
///
/// After one, the state of MPI is undefined: all that is left is to end the job.
public struct MPIError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was tried: `broadcast of 4096 bytes from rank 0`.
  public let operation: String
  /// The code that the call returned.
  public let code: Int32
  /// What the library says of that code.
  public let message: String
  /// What to do about it; nil where nobody knows.
  public let hint: String?

  /// The operation, the message and the hint.
  public var description: String {
    "\(operation) failed: \(message) (code \(code))" + (hint.map { "\n  hint: \($0)" } ?? "")
  }

  init(operation: String, code: Int32, hint: String? = nil) {
    self.operation = operation
    self.code = code
    self.message = Self.text(of: code)
    self.hint = hint ?? Self.hint(for: code)
  }

  private static func text(of code: Int32) -> String {
    unsafe textFromC(capacity: 512) { unsafe cmpi_error_text(code, $0, $1) }
  }

  private static func hint(for code: Int32) -> String? {
    switch Int(code) {
    case Int(CMPI_NO_MPI): "install Open MPI (libopenmpi-dev) and build again"
    case Int(CMPI_ALONE):
      "start with `srun --mpi=pmix`, or with `mpirun` inside the allocation (`salloc`, `sbatch`)"
    default: nil
    }
  }
}

/// Runs an MPI call and throws where it returns an error.
func check(_ code: Int32, _ operation: @autoclosure () -> String) throws(MPIError) {
  if code != 0 { throw MPIError(operation: operation(), code: code) }
}

/// The text that a C function writes into a buffer of a capacity, ended by a zero.
func textFromC(
  capacity: Int, _ fill: (UnsafeMutablePointer<CChar>, Int) -> Void
) -> String {
  unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
    unsafe buffer.initialize(repeating: 0)
    guard let base = buffer.baseAddress else { return "" }
    unsafe fill(base, capacity)
    return unsafe String(cString: base)
  }
}
