import Conformance
import TestSupport
import Testing

@Suite("The reference cases of PyTorch")
struct ConformanceTests {
  static let cases = RepositoryFiles.folders(in: "Tests/Reference/conformance")

  @Test("are all there")
  func presence() {
    #expect(Self.cases.count == 76)
  }

  @Test("pass", arguments: cases)
  func reference(name: String) throws {
    let folder = RepositoryFiles.path("Tests/Reference/conformance/\(name)")
    let example = try ConformanceCase(name: name, folder: folder)
    let errors = try example.run()
    let failures = errors.failures(tolerance: 2e-4, isAdaptive: example.isAdaptive)
    #expect(failures.isEmpty, "\(errors.worst)")
    // Ids have no gradient.
    let takesIDs = ["recurrent-embedding-lstm", "transformer-gpt-mini"].contains(name)
    #expect(errors.worst.count == ConformanceErrors.Kind.allCases.count - (takesIDs ? 1 : 0))
  }
}
