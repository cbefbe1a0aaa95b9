internal import HyperparameterSearch
internal import JSONText
internal import RunRecords

extension StudyTables {
  /// All trials, by number.
  func trials() throws(StudyRecordsError) -> [TrialRecord] {
    let reports = try reports()
    let reasons = try reasons()
    let jobs = try jobs()
    var values = try values()
    var trials: [TrialRecord] = []
    try database.prepare(
      """
      SELECT number, state, datetime_start, datetime_complete FROM trials WHERE study_id = ?1
      ORDER BY number
      """, to: "read the trials"
    ).forEach(.integer(study)) { (row) throws(StudyRecordsError) in
      let number = row.integer(0)
      let jobs = jobs[number] ?? [:]
      let state: TrialState =
        switch try self.state(row.text(1)) {
        case .running:
          jobs.first { $0.value.outcome == nil }.map { .running(until: $0.key) } ?? .paused
        case .complete: .completed
        case .pruned: .pruned
        case .failed: .failed(reasons[number] ?? "no reason is recorded")
        }
      var trial = TrialRecord(
        number: number, state: state, started: WallTime(localText: row.text(2)),
        ended: WallTime(localText: row.text(3)))
      trial.values = values.removeValue(forKey: number) ?? []
      trial.reports = (reports[number] ?? [:]).map { Report(budget: $0.key, value: $0.value) }
        .sorted { $0.budget < $1.budget }
      let cost = JobRecord.totalCost(jobs)
      (trial.seconds, trial.steps) = (cost.seconds, cost.steps)
      trial.attempts = jobs.values.reduce(0) { $0 + $1.attempts }
      trials.append(trial)
    }
    return trials
  }

  /// Why trials failed, by number.
  private func reasons() throws(StudyRecordsError) -> [Int: String] {
    var reasons: [Int: String] = [:]
    try database.prepare(
      """
      SELECT number, value_json FROM trials JOIN trial_user_attributes USING (trial_id)
      WHERE study_id = ?1 AND key = 'reason'
      """, to: "read the trials"
    ).forEach(.integer(study)) { (row) throws(StudyRecordsError) in
      reasons[row.integer(0)] = try json(row.text(1)).string
    }
    return reasons
  }

  /// The values of the parameters, by number of the trial, each in the order of the space.
  private func values() throws(StudyRecordsError) -> [Int: [TrialRecord.Value]] {
    // A study has few distributions and many values.
    var parameters: [String: Parameter] = [:]
    var values: [Int: [TrialRecord.Value]] = [:]
    try database.prepare(
      """
      SELECT number, param_name, param_value, distribution_json
      FROM trials JOIN trial_params USING (trial_id) WHERE study_id = ?1 ORDER BY param_id
      """, to: "read the values"
    ).forEach(.integer(study)) { (row) throws(StudyRecordsError) in
      let (number, name, distribution) = (row.integer(0), row.text(1), row.text(3))
      let key = name + distribution
      let parameter: Parameter
      if let known = parameters[key] {
        parameter = known
      } else {
        parameter = try self.parameter(name, distribution)
        parameters[key] = parameter
      }
      guard let value = Distribution.value(row.real(2), in: parameter.domain) else {
        throw damaged("trial \(number) has a value of `\(name)` that its domain has not")
      }
      values[number, default: []].append(
        TrialRecord.Value(
          name: name, text: parameter.text(for: value), value: value,
          json: Distribution.json(value, in: parameter.domain)))
    }
    return values
  }

  private func parameter(
    _ name: String, _ distribution: String
  ) throws(StudyRecordsError) -> Parameter {
    let json = try json(distribution)
    return try decoded { () throws(JSONError) in Parameter(name, try Distribution.domain(json)) }
  }
}
