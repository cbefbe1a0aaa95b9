import Configuration
import MessagePassing
import Operators
import Testing
import Training

@Suite("The instruction-set level")
struct InstructionSetTests {
  @Test("is held to AVX2 in a process that begins with it")
  func held() async {
    await #expect(processExitsWith: .success) {
      let settings = TrainSettings(length: .steps(1), globalBatch: 1, instructionSet: .avx2)
      try settings.settleInstructionSet()
      // Twice is no more than once.
      try settings.settleInstructionSet()
      try #require(ComputeStream.instructionSet == "AVX2")
      try #require(ComputeStream.bfloat16Support == .none)
    }
  }

  @Test("is refused where the process computes at another one, saying which")
  func tooLate() throws {
    let settled = ComputeStream.instructionSet
    let settings = TrainSettings(length: .steps(1), globalBatch: 1, instructionSet: .avx2)
    guard settled != "AVX2" else {
      #expect(throws: Never.self) { try settings.settleInstructionSet() }
      return
    }
    let error = #expect(throws: TrainingError.self) { try settings.settleInstructionSet() }
    let text = error?.description ?? ""
    #expect(text.contains("`train.isa: avx2` cannot be had: this process computes with \(settled)"))
    #expect(text.contains("hint: "))
  }

  @Test("is told where ranks differ, with ranks, hosts and what helps")
  func ranks() {
    let alike = RanksByValue(values: ["AVX2", "AVX2"], hosts: ["a", "b"])
    #expect(LevelWarning.amongRanks(alike) == nil)
    let mixed = RanksByValue(
      values: ["AVX-512", "AVX-512", "AVX2", "AVX-512"], hosts: ["a", "a", "b", "c"])
    #expect(
      LevelWarning.amongRanks(mixed)
        == "the ranks compute at different instruction-set levels: AVX-512 on ranks 0-1, 3 (hosts a, c), "
        + "AVX2 on rank 2 (host b); the last bits may depend on which rank computes which shard\n"
        + "  hint: `train.isa: avx2` makes all of them compute the same bits")
  }

  @Test("is told where a checkpoint was trained at another one")
  func resuming() {
    #expect(LevelWarning.onResuming(saved: "AVX2", current: "AVX2") == nil)
    let up = LevelWarning.onResuming(saved: "AVX2", current: "AVX-512") ?? ""
    #expect(up.contains("trained with AVX2, this run computes with AVX-512"))
    #expect(up.contains("hint: `train.isa: avx2` goes on with the same bits"))
    let down = LevelWarning.onResuming(saved: "AVX-512", current: "AVX2") ?? ""
    #expect(down.contains("the last bits may differ") && !down.contains("hint"))
  }
}
