internal import Glibc

/// The variables that this process was started with.
enum Environment {
  /// Those whose names fulfil a condition.
  static func variables(where isWanted: (String) -> Bool) -> [String: String] {
    var variables: [String: String] = [:]
    var entry = unsafe environ
    while let text = unsafe entry.pointee {
      let parts = unsafe String(cString: text).split(separator: "=", maxSplits: 1)
      if let name = parts.first.map(String.init), isWanted(name) {
        variables[name] = parts.count == 2 ? String(parts[1]) : ""
      }
      unsafe entry += 1
    }
    return variables
  }
}
