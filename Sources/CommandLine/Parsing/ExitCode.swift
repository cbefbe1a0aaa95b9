/// What the process tells the shell about how it ended.
package enum ExitCode: Int32, Sendable {
  /// Everything was done.
  case done = 0
  /// The run failed.
  case failed = 1
  /// The command line or the configuration is wrong.
  case usage = 2
  /// The data are wrong.
  case data = 3
  /// A number became infinite or undefined.
  case diverged = 4
  /// A rank failed.
  case rankFailed = 5
  /// Stopped by SIGINT after writing a checkpoint.
  case interrupted = 130
  /// Stopped by SIGTERM after writing a checkpoint.
  case terminated = 143

  /// Stopped by a signal that asked for it, SIGINT or SIGTERM.
  package init(signal: Int32) {
    self = ExitCode(rawValue: 128 + signal) ?? .terminated
  }
}
