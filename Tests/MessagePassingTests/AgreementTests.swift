import Testing

@testable import MessagePassing

private struct Failure: Error {}

@Suite("What ranks do by themselves")
struct AgreementTests {
  @Test("gives one rank its value, and its own error")
  func alone() throws {
    try withWorld { world in
      let value = try world.together { 3 }
      #expect(value == 3)
      #expect(throws: Failure.self) { try world.together { throw Failure() } }
    }
  }

  @Test("ends the whole job where only some ranks failed, with one report")
  func failures() throws {
    let world = try World { _ in WorldFailure(exitCode: 2, text: "wrong", scope: .everyRank) }
    let all = world.failure(Failure())
    let here = world.failure(PartialFailure.here(Failure()))
    let elsewhere = world.failure(PartialFailure.elsewhere(rank: 1))
    guard case .everyRank = all.scope, case .rank = here.scope, case .consequence = elsewhere.scope
    else {
      Issue.record("\(all.scope), \(here.scope), \(elsewhere.scope)")
      return
    }
    #expect(here.exitCode == 2 && here.text == "wrong")
    #expect(elsewhere.text == "stopped because rank 1 failed")
    try world.end()
  }
}
