internal import CLanes
internal import DurableFiles
internal import Glibc
internal import MessagePassing

extension TransportFacts {
  /// How MPI moves this rank's messages.
  ///
  /// Collective over the node.
  init(_ world: World) throws(MPIError) {
    settings = Environment.variables { $0.hasPrefix("OMPI_MCA_") && !$0.contains("orte_") }
    let maps = (SystemText.read("/proc/self/maps") ?? "").split(separator: "\n")
    let files = maps.compactMap { $0.split(separator: " ").last.map(String.init) }
      .filter { Self.component($0) != nil }
    loaded = Set(files.compactMap(Self.component)).sorted()
    let names = files.first.map { (try? FileSystem().names(in: FilePath.parent(of: $0))) ?? [] }
    installed = Set((names ?? []).compactMap(Self.component)).sorted()
    traceScope = SystemText.line("/proc/sys/kernel/yama/ptrace_scope").flatMap { Int($0) }
    singleCopy = try Self.trySingleCopy(world.node)
  }

  /// The component that a library's file holds: `btl_vader` of `…/mca_btl_vader.so`; nil where it moves no
  /// messages.
  static func component(_ path: String) -> String? {
    let name = FilePath.name(of: path)
    guard name.hasPrefix("mca_"), name.hasSuffix(".so") else { return nil }
    let component = name.dropFirst(4).dropLast(3)
    return ["pml_", "btl_", "mtl_"].contains { component.hasPrefix($0) } ? String(component) : nil
  }

  /// Where a rank keeps a number that the one before it on the node tries to read.
  private struct Place: BitwiseCopyable {
    var process: Int32
    var address: UInt
  }

  /// Reads a number from the memory of the next rank of the node, as Open MPI reads messages.
  private static func trySingleCopy(_ node: Communicator) throws(MPIError) -> SingleCopy {
    if node.size == 1 { return .untried }
    let number = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
    defer { unsafe number.deallocate() }
    unsafe number.initialize(to: UInt64(node.rank))
    let own = Place(process: getpid(), address: UInt(bitPattern: number))
    let next = (node.rank + 1) % node.size
    let place = try node.allGather(own)[next]
    let result = read(place, expecting: UInt64(next))
    // Until here everybody's number stays where it is.
    try node.barrier()
    return result
  }

  private static func read(_ place: Place, expecting expected: UInt64) -> SingleCopy {
    var copy: UInt64 = .max
    let code = unsafe clanes_read_word(place.process, place.address, &copy)
    if code != 0 { return .refused(Int(code)) }
    // Another number: the process id belongs to somebody else here, as between containers.
    return copy == expected ? .permitted : .refused(Int(ESRCH))
  }
}
