import Foundation
import TestSupport
import Testing

/// Every test here runs the product on real data, one after another: the machine may have two cores.
@Suite(.serialized) enum EndToEnd {}

/// Jobs that are killed, stopped or lost: one after another too, but beside the rest, since they mostly wait.
@Suite(.serialized) enum FaultTolerance {}

/// What the tests of this target need of the machine.
enum Machine {
  static let environment = ProcessInfo.processInfo.environment

  /// The product: the binary that `LOCKSTEP` names, else the one built beside this test bundle.
  static let product: String = {
    if let path = environment["LOCKSTEP"], !path.isEmpty { return path }
    let bundle = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let folder = URL(fileURLWithPath: bundle ?? "").deletingLastPathComponent()
    return folder.appendingPathComponent("lockstep").path
  }()

  static let mpirun: String? =
    (environment["PATH"] ?? "/usr/bin").split(separator: ":").map { "\($0)/mpirun" }
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  static var hasLauncher: Bool { mpirun != nil }

  static let hasFashionMNIST = FileManager.default.fileExists(
    atPath: "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz")

  /// The environment of every process: what Open MPI needs of root and of containers.
  static let jobEnvironment: [String: String] = {
    var all = environment.filter {
      !$0.key.hasPrefix("OMPI_COMM") && !$0.key.hasPrefix("PMIX") && !$0.key.hasPrefix("OPAL")
    }
    all["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
    all["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
    all["OMPI_MCA_btl_vader_single_copy_mechanism"] = "none"
    all["OMP_NUM_THREADS"] = "1"
    all["LOCKSTEP"] = product
    return all
  }()
}

extension Trait where Self == ConditionTrait {
  /// Only where `mpirun` is installed.
  static var needsLauncher: Self {
    .enabled("mpirun is not installed (Debian: openmpi-bin)") { Machine.hasLauncher }
  }

  /// Only where the data set is installed.
  static var needsFashionMNIST: Self {
    .enabled("the data are not installed (Debian: dataset-fashion-mnist)") {
      Machine.hasFashionMNIST
    }
  }
}
