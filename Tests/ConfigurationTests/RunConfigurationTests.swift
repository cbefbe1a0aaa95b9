import Configuration
import Networks
import Optimizers
import Options
import Tensors
import Testing

@Suite("A whole configuration")
struct RunConfigurationTests {
  static let valid = """
    data: {source: csv, train: data/a.csv, target: y, task: classification}
    model: {layers: [{dense: {units: 2}}]}
    loss: cross_entropy
    optimizer: adam
    train: {epochs: 1, global_batch: 4}

    """

  private func problems(_ text: String, overrides: [String] = []) throws -> [Diagnostic] {
    let folder = try TemporaryFolder()
    let path = try folder.write(text, to: "run.yaml")
    do throws(OptionsError) {
      _ = try RunConfiguration(path: path, overrides: overrides)
      return []
    } catch {
      return error.problems
    }
  }

  @Test("takes its name from its file, and 0 for the seed")
  func defaults() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.valid, to: "digits.small.yaml")
    let configuration = try RunConfiguration(path: path)
    #expect(configuration.name == "digits")
    #expect(configuration.seed == 0)
    #expect(configuration.distributed.reducer == .auto)
    #expect(type(of: configuration.loss).kind == "cross_entropy")
    let named = try RunConfiguration(path: path, overrides: ["name=other", "seed=5"])
    #expect(named.name == "other" && named.seed == 5)
  }

  @Test("has absolute paths in what is written into the run's folder")
  func absolutePaths() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      Self.valid + "seed: 3\n", to: "configs/run.yaml")
    let resolved = try RunConfiguration(path: path).resolved
    let copy = YAMLWriter.text(resolved)
    #expect(copy.contains("\(folder.path)/configs/data/a.csv"), "\(copy)")
    let again = try folder.write(copy, to: "elsewhere/config.yaml")
    #expect(YAMLWriter.text(try RunConfiguration(path: again).resolved) == copy)
  }

  @Test("has no rules for parameters unless they are written")
  func rules() throws {
    let folder = try TemporaryFolder()
    let plain = try RunConfiguration(path: folder.write(Self.valid, to: "plain.yaml"))
    #expect(plain.rules.groups.isEmpty && plain.rules.regularization.isNone)
    let path = try folder.write(
      Self.valid + """
        parameter_groups:
          - {match: ["*.bias", "*norm*"], weight_decay: 0}
          - {match: "dense_1.*", frozen: true}
        regularization: {l1: 1e-5, l2: 1e-4}

        """, to: "rules.yaml")
    let rules = try RunConfiguration(path: path).rules
    #expect(rules.groups.map { $0.match.count } == [2, 1])
    #expect(rules.groups[0].match[1].text == "*norm*")
    #expect(rules.groups[0].match[1].mark?.line == 7)
    #expect(rules.regularization.l1 == 1e-5 && rules.regularization.l2 == 1e-4)
  }

  @Test("misses every section that is not there")
  func missingSections() throws {
    let messages = try problems("seed: 1\n").map(\.message).joined(separator: "\n")
    for key in ["data", "model", "loss", "optimizer", "train"] {
      #expect(messages.contains("needs `\(key)`"), "\(messages)")
    }
  }

  @Test("reports the problems of all its sections at once")
  func allAtOnce() throws {
    let found = try problems(
      """
      sed: 3
      data: {source: csv, train: a.csv, target: y, task: clasification}
      model: {layers: [{dens: {units: 2}}]}
      loss: cross
      optimizer: {adam: {rate: 1}}
      train: {epochs: 0, global_batch: 4}
      distributed: {reducer: widow}
      """)
    #expect(Set(found.compactMap { $0.mark?.line }) == [1, 2, 3, 4, 5, 6, 7])
  }

  @Test("has a constant learning rate unless it says otherwise")
  func schedule() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.valid, to: "run.yaml")
    #expect(try RunConfiguration(path: path).schedule.description == "constant")
    let warm = try RunConfiguration(
      path: path, overrides: ["schedule={cosine: {warmup_steps: 2}}"])
    #expect(
      warm.schedule.description
        == "cosine {final_factor: 0.0, warmup: 2 steps, warmup_start_factor: 0.0}")
    let found = try problems(Self.valid + "schedule: {cosine: {warmup_step: 2}}\n")
    #expect(found.map(\.message) == ["unknown key `warmup_step` in cosine"])
    #expect(found.first?.mark?.line == 6)
  }

  @Test("refuses names that no folder can have", arguments: ["a/b", "a b", "\"\"", "x:y"])
  func names(name: String) throws {
    let found = try problems("name: \(name)\n" + Self.valid)
    #expect(found.count == 1)
    #expect(found.first?.message.contains("make a name") == true)
  }

  @Test("reads the precision")
  func precision() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.valid, to: "run.yaml")
    #expect(try RunConfiguration(path: path).train.precision == .float32)
    let lower = try RunConfiguration(path: path, overrides: ["train.precision=bfloat16"])
    #expect(lower.train.precision == .bfloat16 && !lower.train.allowsEmulation)
    let found = try problems(Self.valid, overrides: ["train.precision=float16"])
    #expect(found.first?.hint?.contains("float32, bfloat16") == true)
  }
}
