// swift-tools-version: 6.2
import PackageDescription

// Every arrow between modules is in this file; builds pass
// `--explicit-target-dependency-import-check error`, so an import without an arrow does not compile.

/// A system library: a header and a module map, nothing else.
func system(_ name: String, pkgConfig: String? = nil, package: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

/// Settings of every Swift target.
let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableExperimentalFeature("Lifetimes"),
]

/// Settings of every C target.
///
/// Kernels are optimized in debug builds too, so that tests stay fast.
let cSettings: [CSetting] = [
  .treatAllWarnings(as: .error),
  .enableWarning("all"),
  .enableWarning("extra"),
  .unsafeFlags(["-O3", "-ffp-contract=on"]),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: dependencies, swiftSettings: swiftSettings,
    linkerSettings: [.linkedLibrary("m")])
}

func cModule(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, cSettings: cSettings)
}

func tests(of name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies + ["TestSupport"],
    swiftSettings: swiftSettings)
}

/// The message passing library: Open MPI, or MPICH where the environment says `LOCKSTEP_MPI=mpich`.
let mpi =
  Context.environment["LOCKSTEP_MPI"] == "mpich"
  ? system("CMPICH", pkgConfig: "mpich", package: "libmpich-dev")
  : system("COpenMPI", pkgConfig: "ompi-c", package: "libopenmpi-dev")

let package = Package(
  name: "lockstep",
  products: [
    .executable(name: "lockstep", targets: ["lockstep"]),
    .library(name: "Lockstep", targets: ["Training"]),
  ],
  targets: [
    // System libraries.
    mpi,
    system("COneDNN", package: "libdnnl-dev"),
    system("CYAML", pkgConfig: "yaml-0.1", package: "libyaml-dev"),
    system("CZlib", pkgConfig: "zlib", package: "zlib1g-dev"),
    system("CXXHash", pkgConfig: "libxxhash", package: "libxxhash-dev"),
    system("CSQLite", pkgConfig: "sqlite3", package: "libsqlite3-dev"),

    // Our own C.
    cModule("CMPI", [.target(name: mpi.name)]),
    cModule("CLanes"),
    cModule("CFlight"),
    cModule("CKernels"),

    // The engine: from numbers to networks.
    module("Tensors", ["CKernels", "CXXHash"]),
    module("Options"),
    module("Operators", ["Tensors", "CKernels", "COneDNN"]),
    module("Networks", ["Operators", "Tensors", "Options"]),
    module("Optimizers", ["Tensors", "CKernels", "Options"]),
    module("GradientChecking", ["Networks", "Operators", "Tensors", "Options"]),

    // The data plane.
    module("MessagePassing", ["CMPI"]),
    module("FlightRecords", ["CFlight", "JSONText", "DurableFiles"]),
    module(
      "DataParallelism",
      ["MessagePassing", "FlightRecords", "Tensors", "CKernels", "CLanes", "CXXHash"]),

    // What a run reads and writes.
    module("Datasets", ["Tensors", "Options", "CZlib", "CXXHash", "CKernels"]),
    module(
      "Configuration", ["Options", "Tensors", "Networks", "Optimizers", "Datasets", "CYAML"]),
    module("JSONText"),
    module("DurableFiles"),
    module("Checkpoints", ["Tensors", "CXXHash", "JSONText", "DurableFiles"]),
    module("RunRecords", ["JSONText", "DurableFiles"]),

    // The run.
    module(
      "Training",
      [
        "Configuration", "Networks", "Optimizers", "Datasets", "DataParallelism", "MessagePassing",
        "FlightRecords", "Checkpoints", "RunRecords", "JSONText", "Options", "Operators", "Tensors",
      ]),
    module("HyperparameterSearch", ["Configuration", "Options", "Optimizers", "Tensors"]),
    module(
      "StudyRecords",
      ["CSQLite", "HyperparameterSearch", "RunRecords", "JSONText", "DurableFiles", "Options"]),
    module(
      "StudyExecution",
      [
        "HyperparameterSearch", "StudyRecords", "Training", "Configuration", "Networks",
        "Optimizers", "Datasets", "DataParallelism", "MessagePassing", "Checkpoints", "RunRecords",
        "DurableFiles", "JSONText", "Options",
      ]),
    module("StudyReports", ["HyperparameterSearch", "RunRecords", "Tensors"]),
    module("Estimation", ["DataParallelism", "RunRecords", "JSONText"]),
    module(
      "Diagnosis",
      [
        "MessagePassing", "DataParallelism", "Operators", "Networks", "Optimizers", "Datasets",
        "Configuration", "Checkpoints", "RunRecords", "JSONText", "DurableFiles", "Tensors",
        "CLanes",
      ]),
    module(
      "Conformance",
      ["Configuration", "Networks", "Optimizers", "Operators", "Checkpoints", "Options", "Tensors"]),
    module(
      "CommandLine",
      [
        "StudyExecution", "StudyRecords", "HyperparameterSearch", "Training", "Diagnosis",
        "Estimation", "Conformance", "Configuration", "Networks",
        "Optimizers", "Datasets", "DataParallelism", "MessagePassing", "Checkpoints", "RunRecords",
        "JSONText", "DurableFiles", "Options", "Operators", "Tensors", "GradientChecking",
        "FlightRecords", "StudyReports",
      ]),
    .executableTarget(
      name: "lockstep", dependencies: ["CommandLine"], swiftSettings: swiftSettings),
    .executableTarget(
      name: "Benchmarks",
      dependencies: ["Operators", "Optimizers", "DataParallelism", "MessagePassing", "Tensors"],
      swiftSettings: swiftSettings),

    // Tests.
    .target(
      name: "TestSupport", path: "Tests/TestSupport", swiftSettings: swiftSettings),
    tests(of: "Operators", ["Operators", "Tensors"]),
    tests(of: "Networks", ["Networks", "Operators", "Options", "Configuration", "Tensors"]),
    tests(
      of: "GradientChecking", ["GradientChecking", "Networks", "Operators", "Options", "Tensors"]),
    tests(of: "Conformance", ["Conformance", "Options"]),
    tests(
      of: "HyperparameterSearch",
      ["HyperparameterSearch", "Configuration", "Options", "Optimizers", "Tensors"]),
    tests(of: "StudyReports", ["StudyReports", "HyperparameterSearch", "Options"]),
    tests(
      of: "StudyRecords",
      [
        "StudyRecords", "HyperparameterSearch", "RunRecords", "JSONText", "DurableFiles", "Options",
      ]),
    tests(of: "StudyExecution", ["StudyExecution", "HyperparameterSearch", "DurableFiles"]),
    tests(of: "Estimation", ["Estimation", "JSONText"]),
    tests(of: "Diagnosis", ["Diagnosis", "JSONText", "MessagePassing"]),
    tests(
      of: "Training",
      [
        "Training", "Configuration", "Networks", "Operators", "Optimizers", "Datasets",
        "DataParallelism", "MessagePassing", "Checkpoints", "DurableFiles", "JSONText", "Options",
        "RunRecords", "Tensors",
      ]),
    tests(of: "Options", ["Options"]),
    tests(of: "Configuration", ["Configuration", "Options", "Networks", "Optimizers", "Tensors"]),
    tests(
      of: "CommandLine",
      [
        "CommandLine", "Options", "Training", "DataParallelism", "MessagePassing", "Datasets",
        "Checkpoints", "RunRecords", "Tensors", "HyperparameterSearch", "StudyRecords",
        "DurableFiles", "JSONText",
      ]),
    .target(name: "CKernelsLevels", path: "Tests/CKernelsLevels"),
    tests(of: "CKernels", ["CKernels", "CKernelsLevels"]),
    tests(of: "Tensors", ["Tensors", "CKernels"]),
    tests(of: "Optimizers", ["Optimizers", "Options", "Tensors"]),
    tests(of: "Datasets", ["Datasets", "Tensors", "Options", "CZlib"]),
    tests(of: "MessagePassing", ["MessagePassing"]),
    tests(of: "FlightRecords", ["FlightRecords", "CFlight", "JSONText", "DurableFiles"]),
    tests(
      of: "DataParallelism", ["DataParallelism", "FlightRecords", "MessagePassing", "Tensors"]),
    .testTarget(
      name: "CollectiveTests",
      dependencies: [
        "Training", "Configuration", "Datasets", "Networks", "Optimizers", "DataParallelism",
        "MessagePassing", "Tensors", "CKernels",
      ],
      swiftSettings: swiftSettings),
    tests(of: "JSONText", ["JSONText"]),
    tests(of: "DurableFiles", ["DurableFiles"]),
    tests(of: "Checkpoints", ["Checkpoints", "Tensors", "JSONText", "DurableFiles"]),
    tests(of: "RunRecords", ["RunRecords", "JSONText", "DurableFiles"]),
    tests(of: "EndToEnd", ["lockstep", "StudyRecords", "JSONText", "Networks"]),
  ]
)
