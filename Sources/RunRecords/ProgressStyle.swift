internal import Glibc

/// How progress is shown.
package enum ProgressStyle: String, Sendable, CaseIterable {
  /// One line that is redrawn in place.
  case live = "bar"
  /// A line an epoch and one every half minute, without control characters.
  case plain
  /// Nothing.
  case none

  /// Chooses between a live line and plain lines.
  ///
  /// Under `mpirun` standard output is always a terminal to the eyes of `isatty`; only one that
  /// somebody looks at has a width.
  ///
  /// - Parameters:
  ///   - isTerminal: Whether standard output says that it is a terminal.
  ///   - columns: The terminal's width; 0 where it has none.
  ///   - environment: Looks up an environment variable; `TERM` and `CI` are asked for.
  /// - Returns: ``live`` or ``plain``.
  package static func automatic(
    isTerminal: Bool, columns: Int, environment: (String) -> String?
  ) -> ProgressStyle {
    let terminal = environment("TERM") ?? ""
    let isSmart = terminal != "" && terminal != "dumb"
    let isAutomated = ["", "0", "false"].contains(environment("CI") ?? "") == false
    return isTerminal && columns > 0 && isSmart && !isAutomated ? .live : .plain
  }
}

/// The process's standard output.
package enum StandardOutput {
  /// The width of the terminal in columns; 0 where there is no terminal or nobody who looks at it.
  package static var columns: Int {
    var size = winsize()
    let result = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size)
    return result == 0 ? Int(size.ws_col) : 0
  }

  /// How progress is best shown here, by terminal, width and environment.
  package static var style: ProgressStyle {
    .automatic(isTerminal: isatty(STDOUT_FILENO) == 1, columns: columns) { name in
      unsafe getenv(name).map { unsafe String(cString: $0) }
    }
  }

  /// Writes a text at once.
  ///
  /// A reader that went away takes nothing from the run's files, so what cannot be written is
  /// dropped.
  package static func write(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { bytes in
        unsafe Glibc.write(STDOUT_FILENO, bytes.baseAddress, bytes.count)
      }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        return
      }
    }
  }

  /// A text without control characters but line ends, whoever put them there.
  package static func printable(_ text: String) -> String {
    let scalars = text.unicodeScalars.map { scalar -> Character in
      scalar == "\n" || scalar.properties.generalCategory != .control ? Character(scalar) : " "
    }
    return String(scalars)
  }

  /// Seconds of a clock that never jumps.
  package static func seconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
