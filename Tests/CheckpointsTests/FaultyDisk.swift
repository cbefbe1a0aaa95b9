import Dispatch
import DurableFiles
import Glibc
import Synchronization

/// A disk that fails, dies, is slow or only watches, at a chosen one of the calls that change it.
final class FaultyDisk: Sendable {
  /// What happens at the chosen call.
  enum Fault {
    /// Nothing: calls are recorded.
    case none
    /// That call alone fails, as a hiccup or a full disk does.
    case error(at: Int, code: Int32)
    /// That call and all later ones fail, as after a crash of the process.
    case crash(at: Int)
    /// That call and all later ones wait until the disk is released.
    case hold(at: Int)
  }

  private struct State {
    var operations: [FileOperation] = []
    var unsynchronized: Set<String> = []
  }

  private let fault: Fault
  private let state = Mutex(State())
  private let released = DispatchSemaphore(value: 0)

  init(_ fault: Fault = .none) {
    self.fault = fault
  }

  /// A file system on this disk.
  var fileSystem: FileSystem {
    FileSystem { operation throws(FileError) in
      let index = self.state.withLock { state in
        state.operations.append(operation)
        return state.operations.count - 1
      }
      switch self.fault {
      case .error(index, let code): throw FileError("change", "the disk", code: code)
      case .crash(let first) where index >= first: throw FileError("change", "the disk", code: EIO)
      case .hold(let first) where index >= first:
        // Long enough for any test, so that a mistake fails it and does not stop it for ever.
        if self.released.wait(timeout: .now() + 60) == .timedOut {
          throw FileError("change", "the disk", reason: "nobody released it")
        }
        self.released.signal()
      default: self.state.withLock { Self.track(operation, &$0.unsynchronized) }
      }
    }
  }

  /// Lets the calls go on that wait.
  func release() { released.signal() }

  /// The calls so far, the failed ones too.
  var operations: [FileOperation] { state.withLock(\.operations) }

  private static func track(_ operation: FileOperation, _ unsynchronized: inout Set<String>) {
    switch operation {
    case .openFile(let path): unsynchronized.insert(path)
    case .synchronize(let path), .remove(let path): unsynchronized.remove(path)
    case .rename(let from, let to):
      unsynchronized = Set(
        unsynchronized.map { $0.hasPrefix(from + "/") ? to + $0.dropFirst(from.count) : $0 })
    default: break
    }
  }

  /// Cuts every file that was not forced to the disk to a part of its length, as a loss of power
  /// may.
  func losePower() {
    for path in state.withLock(\.unsynchronized) {
      guard let size = try? FileSystem().byteCount(of: path) else { continue }
      setByteCount(of: path, to: size / 2)
    }
  }
}

/// Cuts or grows a file.
func setByteCount(of path: String, to count: Int) {
  let result = unsafe truncate(path, off_t(count))
  precondition(result == 0, "cannot cut \(path)")
}
