package import HyperparameterSearch
internal import JSONText
package import RunRecords

extension StudyStore {
  /// Removes trials that wait for their first job, of a study that is made shorter.
  ///
  /// - Parameter number: the first one; none from there on may have begun.
  /// - Throws: ``StudyRecordsError``.
  package func removeTrials(from number: Int) throws(StudyRecordsError) {
    let rows = rows.filter { $0.key >= number }
    guard !rows.isEmpty else { return }
    precondition(rows.values.allSatisfy { $0.state == .waiting }, "a trial that began is removed")
    let statements = try ["trial_params", "trials"].map { (table) throws(StudyRecordsError) in
      try database.prepare("DELETE FROM \(table) WHERE trial_id = ?1", to: "remove a trial")
    }
    try database.transaction { () throws(StudyRecordsError) in
      for row in rows.values {
        for statement in statements { try statement.run(.integer(row.id)) }
      }
    }
    for number in rows.keys { self.rows[number] = nil }
  }

  /// Refuses to take results of other values for those of a trial.
  ///
  /// - Throws: ``StudyRecordsError/contradiction(path:reason:)`` where the trial is recorded with other values.
  package func check(_ trial: Trial) throws(StudyRecordsError) {
    if let row = rows[trial.number] { try checkValues(of: trial, row) }
  }

  /// Records that a trial belongs to the study: a new one, which waits for its first job, or one that goes on.
  ///
  /// - Throws: ``StudyRecordsError/contradiction(path:reason:)`` where the trial is recorded with other values.
  package func begin(_ trial: Trial) throws(StudyRecordsError) {
    precondition(trial.assignment.count == space.parameters.count, "values of another space")
    guard let row = rows[trial.number] else {
      try insert(trial)
      return
    }
    try checkValues(of: trial, row)
    if row.state == .running || row.state == .waiting { return }
    try database.transaction { () throws(StudyRecordsError) in
      try statements.setState.run(.integer(row.id), .text(OptunaState.running.rawValue), .null)
      try statements.removeValue.run(.integer(row.id))
      for key in TrialAttribute.allCases {
        try statements.removeUserAttribute.run(.integer(row.id), .text(key.rawValue))
      }
    }
    rows[trial.number] = StudyTables.TrialRow(id: row.id, state: .running, value: nil)
  }

  private func insert(_ trial: Trial) throws(StudyRecordsError) {
    let id = try database.transaction { () throws(StudyRecordsError) in
      try statements.insertTrial.run(
        .integer(trial.number), .integer(tables.study), .text(OptunaState.waiting.rawValue))
      let id = database.lastRow
      for (index, (parameter, value)) in zip(space.parameters, trial.assignment).enumerated() {
        guard let value else { continue }
        try statements.insertParameter.run(
          .integer(id), .text(parameter.name), .real(Distribution.number(value)),
          .text(distributions[index]))
      }
      return id
    }
    rows[trial.number] = StudyTables.TrialRow(id: id, state: .waiting, value: nil)
  }

  private func checkValues(
    of trial: Trial, _ row: StudyTables.TrialRow
  ) throws(StudyRecordsError) {
    var recorded: [String: Double] = [:]
    try statements.selectParameters.forEach(.integer(row.id)) { row in
      recorded[row.text(0)] = row.real(1)
    }
    for (parameter, value) in zip(space.parameters, trial.assignment) {
      let (before, now) = (
        recorded.removeValue(forKey: parameter.name), value.map(Distribution.number)
      )
      if before?.bitPattern != now?.bitPattern {
        func text(_ number: Double?) -> String {
          let value = number.flatMap { Distribution.value($0, in: parameter.domain) }
          return value.map(parameter.text) ?? "no value"
        }
        throw .contradiction(
          path: database.path,
          reason:
            "trial \(trial.number) has `\(parameter.name)` \(text(before)), and not \(text(now))")
      }
    }
    if let name = recorded.keys.min() {
      throw .contradiction(
        path: database.path,
        reason: "trial \(trial.number) has a value of `\(name)`, which is not searched")
    }
  }

  /// Records how a trial is over.
  ///
  /// Does nothing where that is recorded already. As Optuna does, a trial that completed with no number as its value is
  /// recorded as failed, and a pruned one has its last value, if that is a number.
  package func end(_ trial: Trial, at time: WallTime) throws(StudyRecordsError) {
    guard let row = rows[trial.number] else {
      preconditionFailure("trial \(trial.number) was never begun")
    }
    let number = trial.value.flatMap { $0.isNaN ? nil : $0 }
    var (state, value, reason) = (OptunaState.failed, Double?.none, String?.none)
    switch trial.state {
    case .completed where number == nil: reason = "its value is no number"
    case .completed: (state, value) = (.complete, number)
    case .pruned: (state, value) = (.pruned, number)
    case .failed(let text): reason = text
    case .running, .paused: preconditionFailure("trial \(trial.number) is not over")
    }
    if row.state == state && row.value?.bitPattern == value?.bitPattern { return }
    let cost = JobRecord.totalCost(jobs[trial.number] ?? [:])
    let attributes: [(TrialAttribute, JSONValue?)] = [
      (.reason, reason.map(JSONValue.string)),
      (.seconds, .number(cost.seconds)),
      (.steps, .integer(Int64(cost.steps))),
    ]
    try database.transaction { () throws(StudyRecordsError) in
      try statements.setState.run(
        .integer(row.id), .text(state.rawValue), .text(time.localText))
      try statements.removeValue.run(.integer(row.id))
      if let value {
        let value = OptunaValue(value)
        try statements.insertValue.run(.integer(row.id), value.column, .text(value.kind))
      }
      for (key, value) in attributes {
        guard let value else { continue }
        try statements.setUserAttribute.run(
          .integer(row.id), .text(key.rawValue), .text(value.text()))
      }
    }
    rows[trial.number] = StudyTables.TrialRow(id: row.id, state: state, value: value)
  }
}

/// What a trial that is over has in `trial_user_attributes`, for readers of Optuna's API.
enum TrialAttribute: String, CaseIterable {
  /// Why it failed.
  case reason
  /// Seconds of its training.
  case seconds
  /// Updates of its parameters.
  case steps
}
