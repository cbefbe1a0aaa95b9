internal import Checkpoints
internal import DurableFiles
internal import Glibc
internal import MessagePassing
internal import Operators

extension SoftwareFacts {
  /// What this rank runs.
  init(_ world: World) {
    program = ContentHash.ofFile("/proc/self/exe")
    // Some libraries tell their whole build, a line each.
    library = world.library?.split(separator: "\n").first.map(String.init)
    oneDNN = ComputeStream.oneDNNVersion
    instructionSet = ComputeStream.instructionSet
    processor =
      SystemText.field("model name", in: SystemText.read("/proc/cpuinfo")) ?? "an unknown CPU"
    isRoot = geteuid() == 0
    let allowed = Environment.variables { $0.hasPrefix("OMPI_ALLOW_RUN_AS_ROOT") }
    rootMayLaunch = allowed.count == 2
  }
}

extension ContentHash {
  /// The hash of a file's content; nil where it cannot be read.
  static func ofFile(_ path: String) -> String? {
    let hash = ContentHash()
    do throws(FileError) {
      try hash.add(contentOf: try InputFile(path))
    } catch {
      return nil
    }
    return hash.text
  }
}
