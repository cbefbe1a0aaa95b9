internal import Estimation
internal import JSONText
internal import RunRecords
internal import Tensors

/// How the predictions of `lockstep estimate` are shown.
enum EstimateText {
  /// What was measured, a table of predictions, and what they come to.
  static func text(_ table: ScalingTable, name: String) -> String {
    let workload = table.model.workload
    var head = [
      "\(name): global batch \(workload.globalBatch) = \(workload.shards) shards x "
        + "\((workload.globalBatch + workload.shards - 1) / workload.shards); "
        + "\(NumberText.bytes(Int(workload.gradientBytes))) of gradients"
    ]
    head += table.model.costs.points.map(text)
    if let link = table.model.link {
      head.append(
        "link: \(NumberText.bytes(Int(link.bandwidth)))/s of messages, \(microseconds(link.latency)) us each"
      )
    }
    return [
      head.joined(separator: "\n"), rows(table),
      table.advice.map { "- \($0)" }.joined(separator: "\n"),
    ].joined(separator: "\n\n")
  }

  private static func text(_ point: StepCosts.Point) -> String {
    "measured on \(point.lanes) \(point.lanes == 1 ? "core" : "cores"): shard "
      + "\(microseconds(point.shard)) us, adding \(picoseconds(point.addByte)) ps a byte, optimizer "
      + "\(picoseconds(point.updateParameter)) ps a parameter, waiting \(microseconds(point.waiting)) us a step"
  }

  private static func rows(_ table: ScalingTable) -> String {
    var text = TextTable([
      ("ranks", .right), ("workers", .right), ("step us", .right), ("samples/s", .right),
      ("efficiency", .right), ("exposed", .right), ("", .left),
    ])
    for row in table.rows {
      let layout = ["\(row.layout.ranks)", "\(row.layout.workers)"]
      guard let prediction = row.prediction else {
        text.add(layout + ["-", "-", "-", "-", "fewer shards than ranks"])
        continue
      }
      let isCrowded = row.layout.lanesPerHost > table.model.coresPerHost
      text.add(
        layout + [
          microseconds(prediction.total), NumberText.count(prediction.rate),
          percent(row.efficiency), percent(prediction.exposedShare),
          isCrowded ? "more lanes than cores" : "",
        ])
    }
    return text.text
  }

  /// Everything, as `--json` writes it.
  static func json(_ table: ScalingTable, name: String) -> JSONValue {
    let model = table.model
    let points = model.costs.points.map { point in
      JSONValue.object(
        JSONObject([
          ("cores", .integer(Int64(point.lanes))), ("shard_us", .number(1e6 * point.shard)),
          ("add_ps_a_byte", .number(1e12 * point.addByte)),
          ("update_ps_a_parameter", .number(1e12 * point.updateParameter)),
          ("waiting_us", .number(1e6 * point.waiting)),
        ]))
    }
    return .object(
      JSONObject([
        ("name", .string(name)), ("global_batch", .integer(Int64(model.workload.globalBatch))),
        ("shards", .integer(Int64(model.workload.shards))),
        ("cores_per_host", .integer(Int64(model.coresPerHost))),
        ("link_bytes_per_second", model.link.map { .number($0.bandwidth) } ?? .null),
        ("link_latency_us", model.link.map { .number(1e6 * $0.latency) } ?? .null),
        ("measured", .array(points)), ("predicted", table.json),
        ("best_workers", .integer(Int64(table.best.layout.lanes))),
        ("advice", .array(table.advice.map(JSONValue.string))),
      ]))
  }

  private static func microseconds(_ seconds: Double) -> String {
    NumberText.fixed(1e6 * seconds, decimals: 1)
  }

  private static func picoseconds(_ seconds: Double) -> String {
    NumberText.fixed(1e12 * seconds, decimals: 0)
  }

  private static func percent(_ share: Double) -> String {
    "\(NumberText.fixed(100 * share, decimals: 0)) %"
  }
}
