internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#endif

/// The signal that asked the process to stop; 0 while none did.
private let requestedSignal = Atomic<Int32>(0)

/// A C function, not a closure: signal handlers run on any thread.
private func noteSignal(_ signal: Int32) {
  // A second signal stops at once: whoever sends it does not want to wait for the checkpoint.
  if requestedSignal.exchange(signal, ordering: .relaxed) != 0 { _exit(128 + signal) }
}

/// Turns SIGINT and SIGTERM into a request to finish the step, write a checkpoint and stop.
package enum StopRequest {
  /// Starts to listen.
  package static func listen() {
    // The first use of the atomic must not happen inside the handler.
    requestedSignal.store(0, ordering: .relaxed)
    Glibc.signal(SIGINT, noteSignal)
    Glibc.signal(SIGTERM, noteSignal)
  }

  /// The signal received; nil while there was none.
  package static var signal: Int32? {
    let signal = requestedSignal.load(ordering: .relaxed)
    return signal == 0 ? nil : signal
  }
}
