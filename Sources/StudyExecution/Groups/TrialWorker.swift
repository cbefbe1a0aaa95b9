package import HyperparameterSearch
internal import MessagePassing

/// What all ranks but 0's do in a study: train what rank 0 orders.
package struct TrialWorker {
  private let groups: TrialGroups
  private let training: TrialTraining

  /// What the text begins with that ends it; the signal that stopped the study follows, 0 for none.
  private static let stop = "stop "

  /// The text that ends it.
  static func stop(signal: Int32?) -> String { "\(stop)\(signal ?? 0)" }

  /// Prepares to train.
  ///
  /// - Parameters:
  ///   - study: what is searched.
  ///   - groups: the ranks.
  ///   - cache: keeps the data from trial to trial.
  ///   - trialsFolder: where trials are kept.
  package init(
    _ study: StudyConfiguration, groups: TrialGroups, cache: DataCache, trialsFolder: String
  ) {
    self.groups = groups
    training = TrialTraining(
      study, group: groups.own, cache: cache, trialsFolder: trialsFolder, observer: nil)
  }

  /// Follows orders until told to stop.
  ///
  /// - Returns: the signal that stopped the study; nil where it came to its end.
  /// - Throws: what ends the study.
  package func run() throws -> Int32? {
    while true {
      let text = try shared()
      if text.hasPrefix(Self.stop) {
        let signal = Int32(text.dropFirst(Self.stop.count)) ?? 0
        return signal == 0 ? nil : signal
      }
      let report = try training.train(JobOrder(text: text))
      guard groups.own.rank == 0, groups.number != 0 else { continue }
      try groups.world.communicator.send(text: report.text, to: 0)
    }
  }

  /// The next order: the group's first rank has it from rank 0, and gives it to the others.
  private func shared() throws -> String {
    let isFirst = groups.own.rank == 0
    let text = isFirst ? try groups.world.communicator.receiveText(from: 0) : ""
    return try groups.own.communicator.allGather(text: text)[0]
  }
}
