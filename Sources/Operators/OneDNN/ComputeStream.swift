package import COneDNN

#if canImport(Glibc)
  internal import Glibc
#endif

/// What goes wrong while operators are prepared.
public enum OperatorError: Error, Sendable, CustomStringConvertible {
  /// oneDNN refused a call; `status` is its `dnnl_status_t`.
  case oneDNN(call: String, status: Int, detail: String)

  /// The error in words, with a hint.
  public var description: String {
    switch self {
    case .oneDNN(let call, let status, let detail):
      "oneDNN refused \(call) for \(detail) (status \(status))\n"
        + "  hint: Lockstep is tested with oneDNN 2.6.3 (Debian's libdnnl-dev)"
    }
  }
}

/// Turns a status of oneDNN into a thrown error.
func check(
  _ status: dnnl_status_t, _ call: String, _ detail: @autoclosure () -> String
) throws(OperatorError) {
  if status != dnnl_success {
    throw .oneDNN(call: call, status: Int(status.rawValue), detail: detail())
  }
}

/// How a CPU computes in bfloat16.
public enum BFloat16Support: Sendable {
  /// With instructions of its own: AVX512_BF16 or AMX.
  case native
  /// oneDNN does it with float32 instructions, slower than float32 itself.
  case emulated
  /// Not at all: oneDNN needs AVX-512.
  case none
}

/// oneDNN's CPU engine and one stream on it: what a thread needs to prepare and run primitives.
///
/// One worker thread makes one and keeps it: oneDNN splits some reductions by its thread count, so
/// its bits depend on OpenMP's threads, and the making pins them to one for the calling thread.
@safe
public final class ComputeStream {
  /// oneDNN's engine.
  package let engine: dnnl_engine_t
  /// oneDNN's in-order stream.
  package let stream: dnnl_stream_t

  /// Makes an engine and a stream for the calling thread, and holds its OpenMP to one thread.
  ///
  /// - Throws: ``OperatorError`` where oneDNN cannot start.
  public init() throws(OperatorError) {
    Self.holdOpenMPToOneThread()
    var engine: dnnl_engine_t?
    try unsafe check(dnnl_engine_create(&engine, dnnl_cpu, 0), "dnnl_engine_create", "the CPU")
    guard let engine = unsafe engine else {
      throw .oneDNN(call: "dnnl_engine_create", status: -1, detail: "the CPU")
    }
    var stream: dnnl_stream_t?
    let status = unsafe dnnl_stream_create(
      &stream, engine, dnnl_stream_default_flags.rawValue)
    guard status == dnnl_success, let stream = unsafe stream else {
      unsafe dnnl_engine_destroy(engine)
      throw .oneDNN(
        call: "dnnl_stream_create", status: Int(status.rawValue), detail: "the CPU")
    }
    unsafe self.engine = engine
    unsafe self.stream = stream
  }

  deinit {
    unsafe dnnl_stream_destroy(stream)
    unsafe dnnl_engine_destroy(engine)
  }

  /// The version of oneDNN that is loaded: `2.6.3`.
  public static var oneDNNVersion: String {
    guard let version = unsafe dnnl_version() else { return "unknown" }
    return unsafe "\(version.pointee.major).\(version.pointee.minor).\(version.pointee.patch)"
  }

  /// Sets OpenMP's thread count of the calling thread to 1.
  ///
  /// The toolchain's clang has no `omp.h`, but libdnnl brings libgomp into the process; where a
  /// oneDNN was built without OpenMP there is nothing to set.
  private static func holdOpenMPToOneThread() {
    typealias SetThreads = @convention(c) (Int32) -> Void
    guard let symbol = unsafe dlsym(nil, "omp_set_num_threads") else { return }
    let setThreads = unsafe unsafeBitCast(symbol, to: SetThreads.self)
    setThreads(1)
  }
}
