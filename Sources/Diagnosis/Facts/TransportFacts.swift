internal import JSONText

/// How MPI moves a rank's messages.
package struct TransportFacts: Sendable, Equatable {
  /// Whether a process may read another one's memory.
  package enum SingleCopy: Sendable, Equatable {
    /// Not tried: the rank is alone on its machine.
    case untried
    /// It was done.
    case permitted
    /// The kernel refused, with this error number.
    case refused(Int)
  }

  /// What the environment tells Open MPI: its variables `OMPI_MCA_…`.
  package var settings: [String: String]
  /// The components that move messages, as loaded: `pml_ob1`, `btl_vader`.
  package var loaded: [String]
  /// Those that are installed.
  package var installed: [String]
  /// Whether this rank could read the memory of the next one of its machine.
  package var singleCopy: SingleCopy
  /// What the kernel's Yama module permits of that, 0 for anything; nil where it is absent.
  package var traceScope: Int?

  /// Collects facts.
  package init(
    settings: [String: String] = [:], loaded: [String] = [], installed: [String] = [],
    singleCopy: SingleCopy = .untried, traceScope: Int? = nil
  ) {
    self.settings = settings
    self.loaded = loaded
    self.installed = installed
    self.singleCopy = singleCopy
    self.traceScope = traceScope
  }

  var json: JSONObject {
    let copy: JSONValue =
      switch singleCopy {
      case .untried: .null
      case .permitted: .integer(0)
      case .refused(let code): .integer(Int64(code))
      }
    return JSONObject([
      ("settings", .object(JSONObject(texts: settings))),
      ("loaded", .array(loaded.map(JSONValue.string))),
      ("installed", .array(installed.map(JSONValue.string))), ("single_copy_error", copy),
      ("trace_scope", traceScope.map { .integer(Int64($0)) } ?? .null),
    ])
  }

  init(json: JSONObject) throws(JSONError) {
    settings = try json.texts("settings")
    loaded = try json.array("loaded").compactMap(\.string)
    installed = try json.array("installed").compactMap(\.string)
    switch json["single_copy_error"]?.integer {
    case nil: singleCopy = .untried
    case 0: singleCopy = .permitted
    case let code?: singleCopy = .refused(code)
    }
    traceScope = json["trace_scope"]?.integer
  }
}
