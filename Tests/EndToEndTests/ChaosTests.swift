import Foundation
import JSONText
import TestSupport
import Testing

extension EndToEnd {
  /// SIGKILL at random moments, over and over, on changing numbers of ranks and threads.
  ///
  /// `LOCKSTEP_CHAOS` says how many kills there are; 25 by default, which take half a minute.
  /// `LOCKSTEP_CHAOS_SEED` repeats the launches and moments of an earlier test, whose output tells its
  /// seed.
  @Suite("Chaos", .serialized, .needsLauncher)
  struct ChaosTests {
    static let configuration = "configs/digits-mlp.yaml"
    /// A run that never ends by itself.
    static let changes = ["train.epochs=null", "train.steps=100000000", "train.log_every_steps=25"]
    static let kills = Machine.environment["LOCKSTEP_CHAOS"].flatMap(Int.init) ?? 25
    static let seed =
      Machine.environment["LOCKSTEP_CHAOS_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0..<1000)

    /// What was seen.
    private struct Tally {
      var launches = 0
      var startsKilled = 0
      var kills: [ChaosLaunch.Victims: Int] = [:]
      var insideWrites = 0

      var count: Int { kills.values.reduce(0, +) }
      var text: String {
        let parts = ChaosLaunch.Victims.allCases.map { "\(kills[$0] ?? 0) of \($0.rawValue)" }
        return "\(count) kills (\(parts.joined(separator: ", "))), \(insideWrites) of them left a "
          + "half-written checkpoint, and \(startsKilled) more before the first step; "
          + "\(launches) launches"
      }
    }

    @Test("a run that is killed again and again comes to the bits of one that never was")
    func chaos() throws {
      let start = Date()
      var random = Random(seed: Self.seed)
      var tally = Tally()
      let training = try TrainingFolder(Self.configuration, Self.changes)
      while tally.count < Self.kills, tally.launches < 2 * Self.kills {
        let launch = ChaosLaunch(tally.launches, from: &random)
        let comment = "seed \(Self.seed), launch \(tally.launches): \(launch)"
        try kill(launch, training, comment, &tally)
        tally.launches += 1
      }
      #expect(
        tally.count == Self.kills && tally.insideWrites > 0, "seed \(Self.seed): \(tally.text)")

      let last = try #require(training.checkpointSteps.last)
      let end = ["train.steps=\(last + 500)", "train.checkpoint.every_steps=1000000"]
        .flatMap { ["--set", $0] }
      let killed = try training.train(ranks: 2, [try training.resume()] + end)
      let reference = try TrainingFolder(Self.configuration, Self.changes, inMemory: true)
      let undisturbed = try reference.train(end)
      #expect(killed.output.contains("resumed after step \(last)"), "\(killed.text)")
      #expect(try killed.weights() == undisturbed.weights(), "seed \(Self.seed)")
      try expectSameRecords(training, reference)
      let launches = try training.record()["earlier_launches"]?.array?.count ?? 0
      #expect((tally.count...tally.launches).contains(launches))
      #expect(try training.status() == "finished")
      let names = try FileManager.default.contentsOfDirectory(atPath: #require(training.run))
      #expect(names.allSatisfy { !$0.contains(".tmp-") }, "\(names)")
      let seconds = Int(Date().timeIntervalSince(start))
      print("chaos: seed \(Self.seed), \(tally.text); \(last + 500) steps, \(seconds) s, same hash")
    }

    /// Goes on with the run, kills it, and expects that no checkpoint was lost.
    private func kill(
      _ launch: ChaosLaunch, _ training: TrainingFolder, _ comment: String, _ tally: inout Tally
    ) throws {
      let more = launch.changes.flatMap { ["--set", $0] }
      let before = training.checkpointSteps.last
      let job = try training.start(
        ranks: launch.ranks == 1 ? nil : launch.ranks,
        more + (before == nil ? [] : [try training.resume()]))
      let processes = launch.kill(job, in: training)
      let complete = training.checkpointSteps.last ?? 0
      let result = job.wait()
      guard let processes else {
        Issue.record("\(comment): the job ended by itself\n\(result.text)")
        return
      }
      if launch.moment == .starting {
        tally.startsKilled += 1
      } else {
        tally.kills[launch.victims, default: 0] += 1
      }
      if training.isWriting(processes) { tally.insideWrites += 1 }
      #expect(training.checkpointSteps.last ?? 0 >= complete, "\(comment): a checkpoint is gone")
      #expect(result.exitCode != 0, "\(comment)\n\(result.text)")
      for sign in ["skipped checkpoint", "no valid checkpoint", "differ from those"] {
        #expect(!result.errors.contains(sign), "\(comment)\n\(result.text)")
      }
      // What mpirun had not passed on when it was killed with its ranks is lost.
      if let before, launch.victims != .wholeJob, launch.moment != .starting {
        #expect(
          result.output.contains("resumed after step \(before)\n"), "\(comment)\n\(result.text)")
      }
    }

    /// Expects the curves of a run that nobody disturbed: each record once, in order, with its numbers.
    private func expectSameRecords(_ run: TrainingFolder, _ reference: TrainingFolder) throws {
      func texts(_ training: TrainingFolder) throws -> [String] {
        try training.metrics().map { record in
          record.members.filter { $0.key != "wall" }.map { "\($0.key) \($0.value)" }
            .joined(separator: ", ")
        }
      }
      let (own, expected) = (try texts(run), try texts(reference))
      #expect(own.count == expected.count, "seed \(Self.seed)")
      let difference = zip(own, expected).first { $0 != $1 }
      #expect(difference == nil, "seed \(Self.seed)")
      func measured(_ training: TrainingFolder) throws -> Substring? {
        let result = try EndToEndTests.run(["evaluate", try #require(training.run)])
        #expect(result.exitCode == 0, "\(result.text)")
        return result.output.split(separator: "\n").last
      }
      #expect(try measured(run) == measured(reference))
    }
  }
}
