package import DataParallelism
internal import Glibc
package import JSONText

/// The rates that a benchmark measured.
package struct BenchmarkResult: Sendable {
  /// Samples a second of each timed block.
  package let blocks: [Double]
  /// Steps of the timed blocks together.
  package let steps: Int
  /// Samples of a full step.
  package let globalBatch: Int
  /// Seconds from the start of this process to the end of the first training step.
  package let startToFirstStep: Double
  /// Ranks.
  package let ranks: Int
  /// Worker threads of each rank.
  package let workers: Int
  /// The share of the time that went into the exchange of gradients, the optimizer not counted.
  package let exchangeShare: Double
  /// How messages overlap with the backward pass; nil where none are sent.
  package var overlap: OverlapReport?

  /// The median of the blocks.
  package var median: Double {
    let sorted = blocks.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// The most memory that this process held so far, in MiB.
  package static var peakResidentMebibytes: Double {
    var usage = rusage()
    unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
  }

  /// The result as `lockstep bench --json` writes it.
  package var json: JSONValue {
    var object = JSONObject([
      ("unit", "samples/s"), ("median", .number(median)),
      ("blocks", .array(blocks.map(JSONValue.number))),
      ("steps", .integer(Int64(steps))), ("global_batch", .integer(Int64(globalBatch))),
      ("step_us", .number(1e6 * Double(globalBatch) / median)),
      ("peak_rss_mib", .number(Self.peakResidentMebibytes)),
      ("start_to_first_step_done_s", .number(startToFirstStep)),
      ("ranks", .integer(Int64(ranks))), ("workers", .integer(Int64(workers))),
      ("allreduce_share", .number(exchangeShare)),
    ])
    if let overlap {
      var figures = JSONObject([("mode", .string(overlap.mode.rawValue))])
      if let trial = overlap.trial {
        figures["step_us_without"] = .number(1e6 * trial.none)
        figures["step_us"] = .number(1e6 * trial.chosen)
      }
      object["overlap"] = .object(figures)
    }
    return .object(object)
  }
}

/// When this process was started.
enum ProcessAge {
  /// Seconds since the process was started, to 10 ms; 0 where the system does not tell.
  static var seconds: Double {
    guard let stat = text("/proc/self/stat"), let uptime = text("/proc/uptime"),
      let since = uptime.split(separator: " ").first.flatMap({ Double($0) }),
      let end = stat.lastIndex(of: ")")
    else { return 0 }
    // The 22nd field, which is the 20th after the command's name in parentheses, is the start in clock ticks.
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 19, let ticks = Double(fields[19]) else { return 0 }
    return since - ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  private static func text(_ path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe read(descriptor, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
  }
}
