internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#endif

/// The signal that asked the process to stop; 0 while none did.
private let requestedSignal = Atomic<Int32>(0)

/// A C function, not a closure: signal handlers run on any thread.
private func noteSignal(_ signal: Int32) {
  // mpirun ends its ranks on SIGINT and SIGTERM, but passes these two on to all of them.
  let meant =
    switch signal {
    case SIGUSR1: SIGTERM
    case SIGUSR2: SIGINT
    default: signal
    }
  // A second signal stops at once: whoever sends it does not want to wait for the checkpoint.
  if requestedSignal.exchange(meant, ordering: .relaxed) != 0 { _exit(128 + meant) }
}

/// Turns SIGINT and SIGTERM into a request to finish the step, write a checkpoint and stop.
///
/// SIGUSR1 means the same as SIGTERM, SIGUSR2 the same as SIGINT: mpirun passes these on to the
/// ranks of all hosts.
package enum StopRequest {
  /// Starts to listen.
  package static func listen() {
    // The first use of the atomic must not happen inside the handler.
    requestedSignal.store(0, ordering: .relaxed)
    for signal in [SIGINT, SIGTERM, SIGUSR1, SIGUSR2] { Glibc.signal(signal, noteSignal) }
  }

  /// Asks this process to stop as a signal would, unless one has already: another rank has received it.
  ///
  /// - Parameter signal: SIGINT or SIGTERM.
  package static func request(_ signal: Int32) {
    _ = requestedSignal.compareExchange(expected: 0, desired: signal, ordering: .relaxed)
  }

  /// The signal that was meant, SIGINT or SIGTERM; nil while there was none.
  package static var signal: Int32? {
    let signal = requestedSignal.load(ordering: .relaxed)
    return signal == 0 ? nil : signal
  }
}
