import JSONText
import Testing

@testable import Estimation

/// Costs that are easy to reckon with: a shard takes 1 ms alone and 1.5 ms among 4, and 4 MB of gradients.
private enum Costs {
  static let alone = StepCosts.Point(
    lanes: 1, shard: 1e-3, addByte: 1e-10, updateParameter: 1e-9, waiting: 0)
  static let among = StepCosts.Point(
    lanes: 4, shard: 1.5e-3, addByte: 2e-10, updateParameter: 2e-9, waiting: 2e-6)
  static let costs = StepCosts(points: [alone, among])
  static let workload = Workload(globalBatch: 512, shards: 16, parameters: 1_000_000)

  static func model(
    _ workload: Workload = workload, cores: Int = 4, link: Link? = nil
  ) -> ScalingModel {
    ScalingModel(costs: costs, workload: workload, coresPerHost: cores, link: link)
  }
}

private func near(_ value: Double, _ expected: Double) -> Bool {
  abs(value - expected) <= 1e-9 * abs(expected)
}

@Suite("The model of a step")
struct ScalingModelTests {
  @Test("knows the costs between measured points, and beyond them those of the last")
  func points() {
    #expect(Costs.costs.at(lanes: 1) == Costs.alone)
    #expect(Costs.costs.at(lanes: 4) == Costs.among)
    #expect(Costs.costs.at(lanes: 9) == Costs.among)
    let middle = Costs.costs.at(lanes: 2)
    #expect(near(middle.shard, 1e-3 + 0.5e-3 / 3))
    #expect(near(middle.waiting, 2e-6 / 3))
    #expect(StepCosts(points: [Costs.among]).at(lanes: 1) == Costs.among)
  }

  @Test("takes no lane to be slower alone than among others, which only a disturbed probe says")
  func disturbed() {
    var slow = Costs.alone
    slow.shard = 5e-3
    let costs = StepCosts(points: [slow, Costs.among])
    #expect(costs.at(lanes: 1).shard == Costs.among.shard)
    #expect(costs.at(lanes: 1).addByte == Costs.alone.addByte)
  }

  @Test("adds up a step of one lane")
  func single() throws {
    let step = try #require(Costs.model().predict(Layout()))
    #expect(near(step.compute, 16e-3))
    // 16 gradients of 4 MB.
    #expect(near(step.add, 16 * 4e6 * 1e-10))
    #expect(near(step.update, 1e-3))
    #expect(step.waiting == 0 && step.exposedMessages == 0 && step.exposedShare == 0)
    #expect(near(step.total, 16e-3 + 6.4e-3 + 1e-3))
    #expect(near(step.rate, 512 / step.total))
    #expect(near(step.efficiency(against: step), 1))
  }

  @Test("divides a step among the lanes of a host, ranks or threads alike")
  func host() throws {
    let model = Costs.model()
    let step = try #require(model.predict(Layout(workers: 4)))
    #expect(near(step.compute, 4 * 1.5e-3))
    #expect(near(step.add, 16 * 4e6 * 2e-10 / 4))
    #expect(near(step.update, 2e-3 / 4))
    #expect(near(step.waiting, 2e-6))
    let ranks = try #require(model.predict(Layout(ranksPerHost: 4)))
    #expect(ranks.total == step.total)
    // 16 shards for 3 lanes: one has 6.
    let uneven = try #require(model.predict(Layout(workers: 3)))
    #expect(near(uneven.compute, 6 * model.costs.at(lanes: 3).shard))
  }

  @Test("lets more lanes than cores take turns")
  func crowded() throws {
    let model = Costs.model(cores: 2)
    let two = try #require(model.predict(Layout(workers: 2)))
    let eight = try #require(model.predict(Layout(ranksPerHost: 8)))
    #expect(near(eight.compute, two.compute))
    #expect(eight.waiting > 0)
  }

  @Test("hides messages behind the last shard's backward pass, but not the last piece")
  func overlap() throws {
    let link = Link(bandwidth: 1e10, latency: 1e-5)
    let model = Costs.model(link: link)
    let step = try #require(model.predict(Layout(hosts: 2, workers: 4)))
    // 4 MB: half is sent by each, both ways.
    let scatter = 1e-5 + 0.5 * 4e6 / 1e10, gather = scatter
    let last = 1e-5 + 0.5 * Double(1 << 20) / 1e10
    #expect(near(step.messages, scatter + gather))
    #expect(near(step.exposedMessages, last + gather))
    #expect(near(step.update, 2e-3 / 4 / 2))
    // 8 shards of its own, and the sum that it gets from the other.
    #expect(near(step.add, (8 + 1) * 4e6 * 2e-10 / 4))
    var workload = Costs.workload
    workload.overlaps = false
    let open = try #require(Costs.model(workload, link: link).predict(step.layout))
    #expect(near(open.exposedMessages, open.messages) && near(open.messages, step.messages))
  }

  @Test("is bound by a slow link: max(backward, reduce-scatter) + all-gather")
  func slow() throws {
    let link = Link(bandwidth: 1.25e8, latency: 1e-5)
    let step = try #require(Costs.model(link: link).predict(Layout(hosts: 2, workers: 4)))
    let scatter = 1e-5 + 2e6 / 1.25e8
    #expect(near(step.exposedMessages, scatter - 1.5e-3 * 2 / 3 + scatter))
    #expect(step.exposedShare > 0.7)
  }

  @Test("sends half of the gradients' bytes in bfloat16, all of the parameters'")
  func wire() throws {
    var workload = Costs.workload
    workload.wireBytes = 2
    let link = Link(bandwidth: 1.25e8, latency: 1e-5)
    let step = try #require(Costs.model(workload, link: link).predict(Layout(hosts: 4)))
    #expect(near(step.messages, 2 * 3e-5 + 0.75 * (2e6 + 4e6) / 1.25e8))
  }

  @Test("sends more where a host's shards are no whole branch of the tree")
  func parts() throws {
    let link = Link(bandwidth: 1.25e8, latency: 1e-5)
    let model = Costs.model(link: link)
    let two = try #require(model.predict(Layout(hosts: 2)))
    let three = try #require(model.predict(Layout(hosts: 3)))
    let volume = (three.messages - 4e-5) * 1.25e8 / (2.0 / 3)
    #expect(volume > 1.5 * (two.messages - 2e-5) * 1.25e8 / 0.5)
  }

  @Test("has nothing to say of more ranks than shards, or of hosts without a link")
  func impossible() {
    #expect(Costs.model().predict(Layout(ranksPerHost: 17)) == nil)
    #expect(Costs.model().predict(Layout(hosts: 2)) == nil)
  }
}

@Suite("A table of predictions")
struct ScalingTableTests {
  @Test("deals the cores of a host to its ranks, and with a link gives each rank a host")
  func layouts() {
    let local = ScalingTable(Costs.model(), ranks: [1, 2, 8, 32], workers: nil)
    #expect(local.rows.map(\.layout.workers) == [4, 2, 1, 1])
    #expect(local.rows.allSatisfy { $0.layout.hosts == 1 })
    #expect(local.rows[3].prediction == nil)
    let link = Link(bandwidth: 1.25e9, latency: 1e-5)
    let far = ScalingTable(Costs.model(link: link), ranks: [1, 2, 8], workers: nil)
    #expect(far.rows.map(\.layout.hosts) == [1, 2, 8])
    // 16 shards keep only 2 workers busy on each of 8 hosts.
    #expect(far.rows.map(\.layout.workers) == [4, 4, 2])
    let given = ScalingTable(Costs.model(), ranks: [2], workers: 1)
    #expect(given.rows[0].layout.workers == 1)
    #expect(local.json.array?.count == 4)
    #expect(local.json.array?[0]["samples_per_second"]?.number == local.rows[0].prediction?.rate)
  }

  @Test("says which lanes are best on a host")
  func best() {
    #expect(ScalingTable(Costs.model(), ranks: [1], workers: nil).best.layout.lanes == 4)
    // A network so small that waiting costs more than they win.
    let tiny = StepCosts(points: [
      .init(lanes: 1, shard: 1e-6, addByte: 1e-10, updateParameter: 1e-9, waiting: 0),
      .init(lanes: 4, shard: 1e-6, addByte: 1e-10, updateParameter: 1e-9, waiting: 40e-6),
    ])
    let model = ScalingModel(
      costs: tiny, workload: Workload(globalBatch: 4, shards: 4, parameters: 16), coresPerHost: 4,
      link: nil)
    let table = ScalingTable(model, ranks: [1], workers: nil)
    #expect(table.best.layout.lanes == 1)
    #expect(table.advice[0].contains("1 rank x 1 worker") && table.advice[0].contains("only wait"))
  }

  @Test("says from which number of hosts on a link is not worth it, and why")
  func advice() {
    let slow = Link(bandwidth: 1.25e8, latency: 1e-5)
    let table = ScalingTable(Costs.model(link: slow), ranks: [1, 2, 4], workers: nil)
    let sentence = table.advice.last ?? ""
    #expect(
      sentence.hasPrefix("more than 1 host on this link is not worth it: 2 are no faster than 1"))
    #expect(sentence.contains("waiting for messages") && sentence.contains("wire: bfloat16"))
    let fast = Link(bandwidth: 1e12, latency: 1e-9)
    let good = ScalingTable(Costs.model(link: fast), ranks: [1, 2, 4], workers: nil)
    #expect(!good.advice.contains { $0.contains("not worth") }, "\(good.advice)")
    let many = ScalingTable(Costs.model(), ranks: [1, 32], workers: nil)
    #expect(many.advice.contains { $0.contains("16 shards keep at most 16 lanes busy") })
  }

  @Test("takes links and times as people write them")
  func units() throws {
    // What the headers of frames of 1,500 bytes leave.
    let share = 1448.0 / 1538
    let rates = [
      ("1gbit", 1.25e8), ("2.5 Gbit/s", 3.125e8), ("800bit", 100), ("1e3mbit", 1.25e8),
    ]
    for (text, bytes) in rates {
      #expect(near(try #require(Link.bandwidth(text)), bytes * share), "\(text)")
    }
    for text in ["", "gbit", "1", "-1gbit", "0gbit", "1 apple", "nangbit"] {
      #expect(Link.bandwidth(text) == nil, "\(text)")
    }
    #expect(Link.latency("50us") == 50 * 1e-6)
    #expect(Link.latency("2ms") == 2 * 1e-3)
    #expect(Link.latency("1s") == 1)
    #expect(Link.latency("50") == nil)
  }
}
