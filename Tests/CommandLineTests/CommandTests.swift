import Checkpoints
import DataParallelism
import Datasets
import Foundation
import MessagePassing
import Options
import RunRecords
import Tensors
import TestSupport
import Testing
import Training

@testable import CommandLine

/// Runs the program in this process.
private func lockstep(_ arguments: String...) -> Outcome {
  let output = TextBuffer()
  let errors = TextBuffer()
  let code = Lockstep.program.run(
    arguments, in: CommandContext(output: output, errors: errors))
  return Outcome(code: code, output: output.text, errors: errors.text)
}

@Suite("The program lockstep", .serialized)
struct CommandTests {
  static let digits = RepositoryFiles.path("configs/digits-mlp.yaml")
  static let network =
    "model={layers: [{dense: {units: 64, activation: relu}}, dropout, {dense: {units: 10}}]}"

  @Test("shows a network as a table")
  func summary() {
    let outcome = lockstep(
      "summary", "-c", Self.digits, "--set", Self.network, "--set", "train.global_batch=32",
      "--set", "train.shards=4", "--set", "optimizer=adam")
    #expect(outcome.errors == "")
    #expect(
      outcome.output.hasPrefix(
        """
        layer      kind     output  parameters  MACs/sample
        ---------  -------  ------  ----------  -----------
        input      input    [64]
        dense_1    dense    [64]         4,160        4,096
        dropout_1  dropout  [64]             0            0
        dense_2    dense    [10]           650          640

        parameters         4,810
        forward pass       4,736 multiply-adds a sample (9,472 FLOPs)

        memory in MiB        training  inference
        """))
    #expect(outcome.output.contains("samples                     8          1  a shard"))
    // 4,810 parameters in entries of whole 64 bytes: 4,816 floats, and two more for Adam.
    #expect(outcome.output.contains("parameters              0.018      0.018"))
    #expect(
      outcome.output.contains("optimizer state         0.037          -  once a node, 2 numbers"))
    #expect(outcome.output.contains("the plan takes "))
    let larger = lockstep(
      "summary", "-c", Self.digits, "--set", Self.network, "--batch", "1000")
    #expect(larger.output.contains("samples                 1,000      1,000"))
    // The input and the first layer's output, 64 floats each, a byte an element of dropout's mask, and
    // the dropped output: (64 + 64 + 16 + 64) x 4 x 1000 bytes.
    #expect(larger.output.contains("kept for backward     0.793"))
    #expect(outcome.code == .done)
  }

  @Test("checks a configuration with its data")
  func configCheck() {
    let outcome = lockstep(
      "config", "check", "-c", Self.digits, "--set", Self.network, "--set", "train.epochs=2",
      "--set", "train.global_batch=32")
    #expect(
      outcome
        == Outcome(code: .done, output: "ok: digits-mlp, 4810 parameters, 82 steps\n", errors: ""))
  }

  @Test("ends wrong configurations with 2 and says what is wrong")
  func wrongConfigurations() {
    func errors(_ change: String) -> String {
      let outcome = lockstep("config", "check", "-c", Self.digits, "--set", change)
      #expect(outcome.code == .usage)
      #expect(outcome.output == "")
      return outcome.errors
    }
    #expect(errors("train.epocs=3").contains("did you mean `epochs`?"))
    #expect(errors("optimizer=adm").contains("did you mean `adam`?"))
    #expect(
      errors("loss={cross_entropy: {class_weights: [1, 2]}}").contains(
        "2 `class_weights` for 10 classes"))
    #expect(errors("loss=hinge").hasPrefix("error: the loss hinge of an output [10] wants 10"))
    #expect(lockstep("config", "check", "-c", "/nothing.yaml").code == .usage)
  }

  @Test("names the places of a schedule and of a monitor that do not suit the run")
  func monitors() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("run.yaml")
    try """
    extends: \(Self.digits)
    data: {validation: null}
    schedule:
      cosine: {warmup_epochs: 21}
    train:
      early_stopping: {monitor: validation/accuracy}
    """.write(toFile: path, atomically: true, encoding: .utf8)
    let outcome = lockstep("config", "check", "-c", path)
    #expect(outcome.code == .usage)
    for piece in [
      "error: the warm-up of the schedule takes 945 steps, the whole run has 900\n"
        + "  --> \(path):4:27",
      "error: train.early_stopping monitors validation/accuracy, but the data has no validation "
        + "part\n  --> \(path):6:29",
    ] {
      #expect(outcome.errors.contains(piece), "\(outcome.errors)")
    }
  }

  @Test("ends missing data with 3")
  func missingData() {
    let outcome = lockstep(
      "config", "check", "-c", Self.digits, "--set", "data.train=/nothing.csv")
    #expect(outcome.code == .data)
    #expect(outcome.errors.contains("/nothing.csv"))
  }

  @Test(
    "helps with every command, within 100 columns",
    arguments: Lockstep.program.declarations.map(\.name))
  func help(name: String) {
    let words = name.split(separator: " ").map(String.init)
    let output = TextBuffer()
    let code = Lockstep.program.run(
      words + ["--help"], in: CommandContext(output: output, errors: TextBuffer()))
    #expect(code == .done)
    #expect(output.text.hasPrefix("lockstep \(name): "))
    #expect(output.text.contains("usage: lockstep \(name)"))
    #expect(output.text.contains("examples:"))
    #expect(output.text.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  @Test("names all commands, and what an unknown one was meant to be")
  func commands() {
    let help = lockstep("--help")
    for name in [
      "train", "evaluate", "predict", "summary", "config check", "conformance", "bench",
      "gradcheck", "report",
    ] {
      #expect(help.output.contains("  \(name) "))
    }
    let outcome = lockstep("trian")
    #expect(outcome.code == .usage)
    #expect(outcome.errors.contains("train"))
    #expect(lockstep("train").errors.contains("--config"))
  }

  @Test("says which parts the data has where one is asked for that it has not")
  func parts() {
    let outcome = lockstep("predict", "-c", Self.digits, "--split", "tset")
    #expect(outcome.code == .usage)
    #expect(outcome.errors.contains("it has: train, validation, test"))
    #expect(lockstep("predict").errors.contains("no run and no configuration was given"))
  }

  @Test("predicts with an untrained network, the worked neuron of the course")
  func predict() {
    let outcome = lockstep(
      "predict", "-c", RepositoryFiles.path("configs/course/worked-neuron.yaml"), "--logits")
    #expect(outcome.code == .done)
    #expect(outcome.errors == "")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count >= 2)
    #expect(Float(lines[1]).map { abs($0 - 2.6) < 1e-5 || abs($0 - 0.9308616) < 1e-5 } == true)
  }

  @Test("checks gradients, and ends with 0 where all pass; no seed raises a false alarm")
  func gradientCheck() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("check.json")
    for seed in 0..<20 {
      let outcome = lockstep(
        "gradcheck", "-c", Self.digits, "--seed", "\(seed)", "--json", file)
      #expect(outcome.code == .done, "seed \(seed)\n\(outcome.output)")
      #expect(outcome.errors == "")
      #expect(outcome.output.hasPrefix("loss "))
      #expect(outcome.output.hasSuffix("\n7 passed, 0 failed\n"), "seed \(seed)\n\(outcome.output)")
    }
    let json = try String(contentsOfFile: file, encoding: .utf8)
    #expect(json.contains("\"seed\":19"))
    #expect(json.contains("\"name\":\"dense_1.weight\",\"shape\":[64,64],\"verdict\":\"passed\""))
    #expect(json.contains("\"direction\":\"along the gradient\""))
  }

  @Test("checks gradients on the samples, elements and tolerance asked for")
  func gradientCheckOptions() {
    let ids = lockstep(
      "gradcheck", "-c", Self.digits, "--samples", "2", "--elements", "1", "--set",
      "data.normalize=none", "--set",
      "model.layers=[{embedding: {vocabulary: 17, dimensions: 2}}, flatten, {dense: {units: 10}}]")
    #expect(ids.code == .done)
    #expect(ids.output.contains("summed over 2 samples"))
    #expect(ids.output.contains("skipped: ids have no gradient"))
    #expect(ids.output.contains("5 directions"))
    // No difference in float32 is this sharp.
    let sharp = lockstep("gradcheck", "-c", Self.digits, "--tolerance", "1e-12")
    #expect(sharp.code == .done)
    #expect(sharp.output.contains(" inconclusive\n"))
    let single = lockstep(
      "gradcheck", "-c", Self.digits, "--samples", "1", "--set",
      "model.layers=[batch_norm, {dense: {units: 10}}]")
    #expect(single.code == .usage)
    #expect(single.errors.contains("batch_norm_1 needs at least 2 samples"))
    #expect(lockstep("gradcheck", "-c", Self.digits, "--samples", "0").code == .usage)
  }

  @Test("gives rows of a table back in their own units, with their error")
  func reconstruction() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("table.csv")
    try "height,\"weight, kg\"\n150,50\n214,114\n182,82\n".write(
      toFile: path, atomically: true, encoding: .utf8)
    let changes = [
      "data={source: csv, train: \(path), target: input, normalize: min_max}",
      // The identity.
      "model.layers=[{dense: {units: 2, initializer: {values: [1, 0, 0, 1]}}}]",
      "loss=mean_squared_error",
    ]
    let outcome = lockstep(
      "predict", "-c", Self.digits, "--set", changes[0], "--set", changes[1], "--set", changes[2])
    #expect(outcome.errors == "")
    #expect(
      outcome.output
        == "mean_squared_error,height,\"weight, kg\"\n0.0,150.0,50.0\n0.0,214.0,114.0\n"
        + "0.0,182.0,82.0\n")
    let raw = lockstep(
      "predict", "-c", Self.digits, "--logits", "--set", changes[0], "--set", changes[1], "--set",
      changes[2])
    #expect(raw.output.hasSuffix("\n0.0,0.0\n1.0,1.0\n0.5,0.5\n"))
  }

  @Test("quotes class names that would be several fields of CSV")
  func quotes() {
    #expect(PredictCommand.field("iris setosa") == "iris setosa")
    #expect(PredictCommand.field("a, b") == "\"a, b\"")
    #expect(PredictCommand.field("5\" disk") == "\"5\"\" disk\"")
  }

  @Test("passes and fails reference cases one by one")
  func conformance() throws {
    let outcome = lockstep(
      "conformance", RepositoryFiles.path("Tests/Reference/conformance"), "--tolerance", "1e-30")
    #expect(outcome.code == .failed)
    #expect(outcome.output.split(separator: "\n").last?.hasSuffix(" failed") == true)
    let empty = try TemporaryFolder()
    let nothing = lockstep("conformance", empty.path)
    #expect(nothing.code == .usage)
    #expect(nothing.errors.contains("no case below"))
  }
}

@Suite("A failure")
struct FailureTests {
  private func code(_ error: any Error) -> ExitCode { Failure(error).exitCode }

  @Test("ends the process as the contract says")
  func exitCodes() {
    #expect(code(OptionsError(problems: [Diagnostic("wrong")])) == .usage)
    #expect(code(Diagnostic("wrong")) == .usage)
    #expect(code(UsageError("wrong", command: nil)) == .usage)
    #expect(code(DatasetError("wrong")) == .data)
    #expect(code(RunRecordsError.notARunFolder(path: "x", reason: "it is gone")) == .usage)
    #expect(code(TrainingError.diverged(step: 1, what: "loss", tensor: "t")) == .diverged)
    #expect(code(TrainingError.mismatch("wrong", hint: "hint")) == .usage)
    #expect(code(DataParallelismError.fewerShardsThanRanks(shards: 1, ranks: 2)) == .usage)
    #expect(code(DataParallelismError.abandoned(rank: 1)) == .rankFailed)
    #expect(code(DataParallelismError.thread(code: 11)) == .rankFailed)
    #expect(code(CheckpointError.noneValid(directory: "d", skipped: [])) == .failed)
    #expect(code(StreamError(reason: "full")) == .failed)
  }

  @Test("says `error:` once")
  func text() {
    #expect(Failure(Diagnostic("wrong")).text == "error: wrong")
    #expect(Failure(DatasetError("wrong")).text == "error: wrong")
  }

  @Test("of all ranks is told once, of one rank by that rank")
  func scopes() {
    func scope(_ error: any Error) -> String { "\(Failure(error).scope)" }
    #expect(scope(DatasetError("wrong")) == "everyRank")
    #expect(scope(StreamError(reason: "full")) == "rank")
    #expect(scope(DataParallelismError.abandoned(rank: 1)) == "consequence")
  }
}

@Suite("A text table")
struct TextTableTests {
  @Test("is as wide as its cells, without spaces at the ends of lines")
  func table() {
    var table = TextTable([("name", .left), ("n", .right), ("note", .left)])
    table.add(["a", "10"])
    table.add(["longer", "7", "x"])
    #expect(
      table.text == """
        name     n  note
        ------  --  ----
        a       10
        longer   7  x
        """)
  }

  @Test("groups the digits of numbers and rounds mebibytes")
  func numbers() {
    #expect(
      [0, 999, 1000, 1234567].map(\.grouped) == ["0", "999", "1,000", "1,234,567"])
    #expect(NetworkSummary.mebibytes(1 << 20) == "1.000")
    #expect(NetworkSummary.mebibytes(1 << 14) == "0.016")
  }
}
