import Conformance
import Options
import TestSupport
import Testing

/// The families whose layers, losses and optimizers exist.
private let families = [
  "activation-", "clip-", "graph-concatenate-", "graph-repeat", "graph-two-", "linear-", "loss-",
  "mlp-", "network-autoencoder", "norm-dropout-", "norm-layer-", "optimizer-", "recurrent-",
]

@Suite("The reference cases of PyTorch")
struct ConformanceTests {
  static let cases = RepositoryFiles.folders(in: "Tests/Reference/conformance")

  @Test("are all there")
  func presence() {
    #expect(Self.cases.count == 75)
  }

  @Test("pass where the layers exist, and name what is unknown where not", arguments: cases)
  func reference(name: String) throws {
    let folder = RepositoryFiles.path("Tests/Reference/conformance/\(name)")
    let isKnown = families.contains { name.hasPrefix($0) }
    guard isKnown else {
      let error = #expect(throws: OptionsError.self) {
        try ConformanceCase(name: name, folder: folder)
      }
      #expect(error?.description.contains("unknown") == true)
      return
    }
    let example = try ConformanceCase(name: name, folder: folder)
    let errors = try example.run()
    let failures = errors.failures(tolerance: 2e-4, isAdaptive: example.isAdaptive)
    #expect(failures.isEmpty, "\(errors.worst)")
    // Ids have no gradient.
    let absent = name.contains("embedding") ? 1 : 0
    #expect(errors.worst.count == ConformanceErrors.Kind.allCases.count - absent)
  }
}
