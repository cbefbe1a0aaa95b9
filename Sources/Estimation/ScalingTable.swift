package import JSONText

/// Predictions for several numbers of ranks, and what they come to.
package struct ScalingTable: Sendable {
  /// A number of ranks and what is expected of it.
  package struct Row: Sendable {
    /// The ranks, and where they are.
    package let layout: Layout
    /// What is expected; nil where there are fewer shards than ranks.
    package let prediction: StepPrediction?
    /// The share of a perfect speedup over one lane.
    package let efficiency: Double
  }

  /// The model.
  package let model: ScalingModel
  /// A row for each number of ranks asked for.
  package let rows: [Row]
  /// The best layout of one host.
  package let best: StepPrediction

  /// Predicts.
  ///
  /// - Parameters:
  ///   - model: the model.
  ///   - ranks: the numbers of ranks; with a link each rank is on a host of its own.
  ///   - workers: the threads of each rank; nil for the cores, dealt to the ranks of a host.
  package init(_ model: ScalingModel, ranks: [Int], workers: Int?) {
    self.model = model
    let single = model.single
    rows = ranks.map { count in
      let perHost = model.link == nil ? count : 1
      let cores = max(1, model.coresPerHost / perHost)
      // As a launch does: a worker without a shard would have nothing to do.
      let useful = max(1, (model.workload.shards + count - 1) / count)
      let layout = Layout(
        hosts: model.link == nil ? 1 : count, ranksPerHost: perHost,
        workers: min(workers ?? cores, useful))
      let prediction = model.predict(layout)
      return Row(
        layout: layout, prediction: prediction,
        efficiency: prediction?.efficiency(against: single) ?? 0)
    }
    best = Self.best(of: model) ?? single
  }

  /// The quickest way to use one host; of equal ones that with the fewest ranks.
  private static func best(of model: ScalingModel) -> StepPrediction? {
    let counts = 1...min(model.coresPerHost, model.workload.shards)
    var best: StepPrediction?
    for lanes in counts {
      guard let next = model.predict(Layout(workers: lanes)) else { continue }
      // A core more must pay: a hundredth is within the error of any probe.
      if best.map({ next.rate > 1.01 * $0.rate }) ?? true { best = next }
    }
    return best
  }

  /// The table as JSON.
  package var json: JSONValue {
    .array(
      rows.map { row in
        var object = JSONObject([
          ("ranks", .integer(Int64(row.layout.ranks))),
          ("hosts", .integer(Int64(row.layout.hosts))),
          ("workers", .integer(Int64(row.layout.workers))),
        ])
        if let prediction = row.prediction {
          object["step_us"] = .number(1e6 * prediction.total)
          object["samples_per_second"] = .number(prediction.rate)
          object["efficiency"] = .number(row.efficiency)
          object["exposed_share"] = .number(prediction.exposedShare)
          object["compute_us"] = .number(1e6 * prediction.compute)
          object["add_us"] = .number(1e6 * prediction.add)
          object["update_us"] = .number(1e6 * prediction.update)
          object["messages_us"] = .number(1e6 * prediction.messages)
          object["exposed_messages_us"] = .number(1e6 * prediction.exposedMessages)
        }
        return .object(object)
      })
  }
}

extension ScalingModel {
  /// The prediction for one lane, which has no other to wait for.
  package var single: StepPrediction {
    guard let single = predict(Layout()) else {
      preconditionFailure("a step of no shards")
    }
    return single
  }
}
