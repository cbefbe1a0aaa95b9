internal import JSONText

/// What a rank runs.
package struct SoftwareFacts: Sendable, Equatable {
  /// A hash of the program's file; nil where it cannot be read.
  package var program: String?
  /// The message passing library; nil for the serial stand-in.
  package var library: String?
  /// The version of oneDNN.
  package var oneDNN: String
  /// The instruction-set level that computes.
  package var instructionSet: String
  /// The name of the CPU.
  package var processor: String
  /// Whether the user is root.
  package var isRoot: Bool
  /// Whether the environment allows root to use `mpirun`.
  package var rootMayLaunch: Bool

  /// Collects facts.
  package init(
    program: String?, library: String?, oneDNN: String, instructionSet: String, processor: String,
    isRoot: Bool = false, rootMayLaunch: Bool = false
  ) {
    self.program = program
    self.library = library
    self.oneDNN = oneDNN
    self.instructionSet = instructionSet
    self.processor = processor
    self.isRoot = isRoot
    self.rootMayLaunch = rootMayLaunch
  }

  var json: JSONObject {
    JSONObject([
      ("program", program.map(JSONValue.string) ?? .null),
      ("library", library.map(JSONValue.string) ?? .null), ("onednn", .string(oneDNN)),
      ("instruction_set", .string(instructionSet)), ("processor", .string(processor)),
      ("is_root", .boolean(isRoot)), ("root_may_launch", .boolean(rootMayLaunch)),
    ])
  }

  init(json: JSONObject) throws(JSONError) {
    program = json["program"]?.string
    library = json["library"]?.string
    oneDNN = try json.string("onednn")
    instructionSet = try json.string("instruction_set")
    processor = try json.string("processor")
    isRoot = json["is_root"]?.boolean == true
    rootMayLaunch = json["root_may_launch"]?.boolean == true
  }
}
