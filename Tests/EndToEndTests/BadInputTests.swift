import Foundation
import TestSupport
import Testing

/// A configuration or data that are wrong, and what is said about it.
struct BadInput: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let configuration: String
  var data = "x,y,kind\n1,2,a\n3,4,b\n5,6,a\n7,8,b\n"
  let code: Int32
  let says: [String]

  /// A configuration on `data.csv`, with lines that replace a section.
  private static func text(
    data: String = "{source: csv, train: data.csv, target: kind, task: classification}",
    units: Int = 2, loss: String = "cross_entropy", train: String = "{epochs: 1, global_batch: 4}"
  ) -> String {
    """
    name: bad
    data: \(data)
    model: {layers: [{dense: {units: \(units)}}]}
    loss: \(loss)
    optimizer: {sgd: {learning_rate: 0.1}}
    train: \(train)

    """
  }

  static let all = [
    BadInput(
      testDescription: "an unknown key",
      configuration: text(train: "{epochs: 1, global_batch: 4, sharts: 2}"), code: 2,
      says: ["unknown key `sharts`", "run.yaml:6:37", "did you mean `shards`?"]),
    BadInput(
      testDescription: "an unknown layer",
      configuration: text().replacingOccurrences(of: "dense", with: "dens"), code: 2,
      says: ["unknown layer `dens`", "run.yaml:3:", "did you mean `dense`?"]),
    BadInput(
      testDescription: "a wrong type",
      configuration: text(train: "{epochs: 1, global_batch: many}"),
      code: 2, says: ["takes a whole number, found `many`", "run.yaml:6:34"]),
    BadInput(
      testDescription: "several problems at once",
      configuration: text(train: "{epochs: 0, global_batch: 4, worker: 1}"), code: 2,
      says: ["`epochs`", "run.yaml:6:17", "unknown key `worker`"]),
    BadInput(
      testDescription: "a duplicate key", configuration: text() + "name: again\n", code: 2,
      says: ["run.yaml:7:1", "`name`"]),
    BadInput(
      testDescription: "a missing data file",
      configuration: text().replacingOccurrences(of: "data.csv", with: "dota.csv"), code: 3,
      says: ["dota.csv", "No such file"]),
    BadInput(
      testDescription: "a missing cell", configuration: text(),
      data: "x,y,kind\n1,2,a\n3,,b\n5,6,a\n", code: 3, says: ["data.csv:3:3", "`y`"]),
    BadInput(
      testDescription: "a row that is too short", configuration: text(),
      data: "x,y,kind\n1,2,a\n3,b\n5,6,a\n", code: 3, says: ["data.csv:3"]),
    BadInput(
      testDescription: "text in a number column", configuration: text(),
      data: "x,y,kind\n1,2,a\n3,4,b\nfive,6,a\n", code: 3, says: ["data.csv:4:1", "`five`", "`x`"]),
    BadInput(
      testDescription: "a target that is no column",
      configuration: text().replacingOccurrences(of: "target: kind", with: "target: knd"), code: 3,
      says: ["knd", "kind"]),
    BadInput(
      testDescription: "an output for each of three classes, but two classes",
      configuration: text(units: 3), code: 2, says: ["3 logits, the data has 2 classes"]),
    BadInput(
      testDescription: "a loss of numbers on classes", configuration: text(units: 2, loss: "hinge"),
      code: 2, says: ["hinge", "hint: "]),
    BadInput(
      testDescription: "classes for a regression",
      configuration: text(
        data: "{source: csv, train: data.csv, target: x, task: regression, ignore: [kind]}",
        units: 1), code: 2, says: ["the data's target is a number"]),
    BadInput(
      testDescription: "more shards than samples in a batch",
      configuration: text(train: "{epochs: 1, global_batch: 4, shards: 5}"), code: 2,
      says: ["`shards`", "run.yaml:6:45"]),
  ]
}

extension EndToEnd {
  @Suite("Wrong input is refused with a place, a reason and an exit code", .serialized)
  struct BadInputTests {
    private static func result(_ input: BadInput, ranks: Int?) throws -> JobResult {
      let folder = try TemporaryFolder()
      let path = folder.file("run.yaml")
      try input.configuration.write(toFile: path, atomically: true, encoding: .utf8)
      try input.data.write(toFile: folder.file("data.csv"), atomically: true, encoding: .utf8)
      return try run(
        ["train", "-c", path, "--out", folder.file("runs")], ranks: ranks, limit: 30)
    }

    @Test("one process", arguments: BadInput.all)
    func alone(input: BadInput) throws {
      try Self.result(input, ranks: nil).expectFailure(input.code, saying: input.says)
    }

    @Test(
      "three ranks say it once", .needsLauncher,
      arguments: [BadInput.all[0], BadInput.all[5], BadInput.all[6], BadInput.all[10]])
    func threeRanks(input: BadInput) throws {
      try Self.result(input, ranks: 3).expectFailure(input.code, saying: input.says)
    }

    @Test(
      "command lines",
      arguments: [
        (["trian"], "did you mean `lockstep train`?"),
        (["train"], "config"),
        (["train", "-c", "configs/digits-mlp.yaml", "--hsh"], "did you mean `--hash`?"),
        (["train", "-c", "configs/digits-mpl.yaml"], "did you mean"),
        (
          ["train", "-c", "configs/digits-mlp.yaml", "--set", "train.epoch=2"],
          "did you mean `epochs`?"
        ),
        (["train", "-c", "configs/digits-mlp.yaml", "--set", "train.epochs"], "--set"),
        (["evaluate"], "run"),
        (["bench", "-c", "configs/digits-mlp.yaml", "--seconds", "-1"], "seconds"),
      ] as [([String], String)])
    func commandLine(arguments: [String], says: String) throws {
      let result = try run(arguments, limit: 30)
      #expect(result.exitCode == 2, "\(result.text)")
      #expect(result.errors.contains(says), "\(result.text)")
      #expect(result.output.isEmpty)
    }

    @Test("a wrong command line of three ranks is told once", .needsLauncher)
    func commandLineOfRanks() throws {
      try run(["trian"], ranks: 3, limit: 30).expectFailure(
        2, saying: ["no command `trian`", "did you mean `lockstep train`?"])
    }

    @Test("a folder that cannot be made is told by rank 0 alone", .needsLauncher)
    func unwritable() throws {
      let result = try run(
        ["train", "-c", "configs/digits-mlp.yaml", "--out", "/proc/nowhere"], ranks: 3, limit: 30)
      result.expectFailure(1, saying: ["error[rank ", "cannot create the folder /proc/nowhere"])
    }
  }
}
