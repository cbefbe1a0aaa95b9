import TestSupport

#if canImport(Glibc)
  import Glibc
#endif

/// One launch of a run that is going to be killed: where it trains, and when who is killed.
struct ChaosLaunch: CustomStringConvertible {
  /// Who is killed.
  enum Victims: String, CaseIterable {
    /// One rank, by chance; `mpirun` or the other ranks end the job.
    case oneRank = "one rank"
    /// All ranks.
    case allRanks = "all ranks"
    /// All ranks and `mpirun`, as by a power cut.
    case wholeJob = "the whole job"
  }

  /// When they are killed.
  enum Moment: String {
    /// Before the first step, perhaps while what the former launch left is tidied up.
    case starting = "after the start"
    /// In the middle of training.
    case training = "in training"
    /// While a checkpoint is in its temporary folder.
    case writing = "inside a write"
  }

  /// The number of ranks; one runs without `mpirun`.
  let ranks: Int
  let workers: Int
  let reducer: String
  /// Steps from a checkpoint to the next, which changes no bit.
  let everySteps: Int
  let victims: Victims
  /// Which of the ranks, where it is one.
  let victim: Int
  let moment: Moment
  /// How many new checkpoints are complete before the kill.
  let newCheckpoints: Int
  /// Microseconds from there to the kill.
  let delay: UInt32

  /// Draws a launch; reducers take turns, and the first launch leaves a checkpoint.
  init(_ number: Int, from random: inout Random) {
    ranks = 1 + random.below(4)
    workers = 1 + random.below(2)
    reducer = number % 2 == 0 ? "window" : "message"
    everySteps = [2, 10, 50, 250][random.below(4)]
    switch random.below(number == 0 ? 6 : 7) {
    case 0..<3: moment = .training
    case 3..<6: moment = .writing
    default: moment = .starting
    }
    let victims = Victims.allCases[random.below(3)]
    // Who kills a single process kills all; and what mpirun makes of a rank that dies before it has
    // joined the others is not our concern.
    self.victims = ranks == 1 ? .allRanks : moment == .starting ? .wholeJob : victims
    victim = random.below(ranks)
    newCheckpoints = max(random.below(3), number == 0 ? 1 : 0)
    switch moment {
    case .starting: delay = UInt32(random.below(500_000))
    case .training: delay = UInt32(random.below(30_000))
    case .writing: delay = UInt32(random.below(4000))
    }
  }

  var changes: [String] {
    [
      "train.workers=\(workers)", "distributed.reducer=\(reducer)",
      "train.checkpoint.every_steps=\(everySteps)",
    ]
  }

  var description: String {
    "\(ranks) x \(workers), \(reducer), checkpoints every \(everySteps); SIGKILL to "
      + "\(victims.rawValue)\(victims == .oneRank ? " (\(victim))" : "") \(moment.rawValue), "
      + "\(delay) us after \(newCheckpoints) checkpoints"
  }

  /// Trains, waits for the moment, and kills.
  ///
  /// - Returns: The job's processes as they were then; nil where the moment did not come.
  func kill(_ job: Job, in training: TrainingFolder) -> [Int32]? {
    let before = training.checkpointSteps.last ?? 0
    var processes: [Int32] = []
    let isMoment = job.wait {
      if moment == .starting { return true }
      let steps = training.checkpointSteps
      guard (steps.last ?? 0) >= before + newCheckpoints * everySteps else { return false }
      processes = job.ranks
      // What the former launch left in its temporary folder is no sign of life.
      let isWriting = training.isWriting(processes)
      return isWriting || moment == .training && newCheckpoints > 0
    }
    guard isMoment else { return nil }
    usleep(delay)
    guard job.isRunning else { return nil }
    if moment == .starting { processes = job.ranks }
    switch victims {
    case .oneRank: Glibc.kill(processes[victim % processes.count], SIGKILL)
    case .allRanks: for process in processes { Glibc.kill(process, SIGKILL) }
    case .wholeJob: job.killAll()
    }
    return processes
  }
}

extension TrainingFolder {
  /// Whether one of these processes has a checkpoint in its temporary folder.
  func isWriting(_ processes: [Int32]) -> Bool {
    checkpointNames.contains { name in
      name.hasPrefix("step-") && processes.contains { name.hasSuffix(".tmp-\($0)") }
    }
  }
}
