internal import HyperparameterSearch
internal import MessagePassing

/// The other groups as rank 0 sees them: who trains what, and what they report.
final class GroupBoard {
  private let groups: TrialGroups
  /// By group, from 1: the job that it does, and the report that is awaited.
  private var work: [Int: (job: Job, report: AwaitedText)] = [:]

  /// The groups of a study.
  init(_ groups: TrialGroups) {
    self.groups = groups
  }

  /// Groups that do nothing, rank 0's own left out.
  var idle: [Int] { (1..<max(1, groups.count)).filter { work[$0] == nil } }
  /// Whether no group does anything.
  var isIdle: Bool { work.isEmpty }

  /// Gives a group a job.
  func send(_ order: JobOrder, to group: Int) throws {
    let leader = groups.leader(of: group)
    let communicator = groups.world.communicator
    work[group] = (order.job, try AwaitedText(communicator, from: leader))
    try communicator.send(text: order.text, to: leader)
  }

  /// The reports that have come since this was last called; does not wait.
  func reports() throws -> [(group: Int, job: Job, report: JobReport)] {
    var arrived: [(group: Int, job: Job, report: JobReport)] = []
    for (group, entry) in work.sorted(by: { $0.key < $1.key }) {
      guard let text = try entry.report.take() else { continue }
      work[group] = nil
      arrived.append((group, entry.job, try JobReport(text: text)))
    }
    return arrived
  }

  /// Ends the other groups, and the ranks that are in none.
  ///
  /// - Parameter signal: the signal that stopped the study; nil where it came to its end.
  /// - Throws: `MPIError` where messages fail.
  /// - Precondition: all are idle.
  /// - Throws: `MPIError` where a message cannot be sent.
  func stop(signal: Int32?) throws {
    precondition(isIdle, "groups are told to stop while they train")
    let leftOver = groups.idleRanks > 0 ? [groups.count] : []
    for group in Array((1..<max(1, groups.count))) + leftOver {
      try groups.world.communicator.send(
        text: TrialWorker.stop(signal: signal), to: groups.leader(of: group))
    }
  }
}
