import Foundation

@testable import MessagePassing

/// The one world of this process, for all rank tests: started once, ended when the process exits.
enum TestWorld {
  static let shared: World = {
    do {
      let world = try World { WorldFailure(text: "\($0)") }
      atexit {
        do { try TestWorld.shared.end() } catch { print("\(error)") }
      }
      return world
    } catch {
      fatalError("\(error)")
    }
  }()

  /// Whether a launcher started this process.
  static let isLaunched = World.isLaunched
  static let environment = ProcessInfo.processInfo.environment
}
