import Foundation
import TestSupport
import Testing

/// A shipped configuration and the interval that a figure of its test lies in.
struct Expectation: Sendable, CustomTestStringConvertible {
  let configuration: String
  var metric = "accuracy"
  let interval: ClosedRange<Double>
  var changes: [String] = []

  var testDescription: String { "\(configuration): \(metric) in \(interval)" }

  static let all = [
    Expectation(configuration: "digits-softmax", interval: 0.92...0.97),
    Expectation(configuration: "digits-mlp", interval: 0.96...0.99),
    Expectation(configuration: "digits-transformer", interval: 0.965...0.995),
    Expectation(configuration: "digits-lstm", interval: 0.95...0.99),
    Expectation(configuration: "course/perceptron-and", interval: 1...1),
    Expectation(configuration: "course/perceptron-xor", interval: 0...0.75),
    Expectation(configuration: "course/xor-mlp", interval: 1...1),
    Expectation(configuration: "course/logistic-regression", interval: 0.95...1),
    Expectation(configuration: "course/credit-risk", interval: 0.65...0.8),
    Expectation(configuration: "course/linear-regression", metric: "rmse", interval: 50...62),
  ]

  /// Those that take longer, with how much of their training is done.
  static let fashion = [
    Expectation(
      configuration: "fashion-mnist-mlp", interval: 0.84...0.89, changes: ["train.epochs=1"]),
    Expectation(
      configuration: "fashion-mnist-cnn", interval: 0.86...0.91, changes: ["train.epochs=1"]),
    Expectation(
      configuration: "fashion-mnist-cnn", interval: 0.86...0.91,
      changes: ["train.epochs=1", "train.precision=bfloat16"]),
    Expectation(configuration: "lenet-5", interval: 0.80...0.89, changes: ["train.epochs=1"]),
    Expectation(
      configuration: "resnet-20", interval: 0.6...0.87,
      changes: ["train.epochs=null", "train.steps=60"]),
    Expectation(
      configuration: "vgg16-small", interval: 0.55...0.85,
      changes: ["train.epochs=null", "train.steps=80"]),
  ]
}

extension EndToEnd {
  @Suite("Shipped configurations reach what they promise", .serialized)
  struct AccuracyTests {
    /// A figure of the line `test …`.
    private static func figure(_ name: String, of result: JobResult) throws -> Double {
      let line = result.output.split(separator: "\n").last { $0.hasPrefix("test ") }
      let words = try #require(line, "\(result.text)").split(separator: " ").map(String.init)
      let index = try #require(words.firstIndex(of: name), "\(result.text)")
      return try #require(Double(words[index + 1]), "\(result.text)")
    }

    @Test("small data", arguments: Expectation.all)
    func small(expectation: Expectation) throws {
      let result = try TrainingFolder("configs/\(expectation.configuration).yaml").train()
      #expect(result.exitCode == 0, "\(result.text)")
      let figure = try Self.figure(expectation.metric, of: result)
      #expect(expectation.interval.contains(figure), "\(result.text)")
    }

    @Test("every shipped configuration is checked here and begins with its launch line")
    func all() throws {
      let shipped = try ["", "course/"].flatMap { folder in
        try FileManager.default.contentsOfDirectory(
          atPath: RepositoryFiles.path("configs/\(folder)")
        ).filter { $0.hasSuffix(".yaml") }.map { folder + $0.dropLast(5) }
      }
      let elsewhere = [
        "fashion-mnist-autoencoder", "vgg16", "resnet-50", "course/worked-neuron",
        "sweep-digits", "sweep-fashion-mnist", "sweep-fashion-architecture",
      ]
      let checked = (Expectation.all + Expectation.fashion).map(\.configuration)
      #expect(Set(shipped) == Set(checked + elsewhere))
      for name in shipped {
        let path = "configs/\(name).yaml"
        let text = try String(contentsOfFile: RepositoryFiles.path(path), encoding: .utf8)
        let first = String(text.split(separator: "\n")[0])
        #expect(first.hasPrefix("# l") && first.contains(path), "\(path): \(first)")
        #expect(text.contains("# Expect "), "\(path)")
        #expect(!text.contains("RESULT"), "\(path)")
      }
    }

    @Test(
      "Fashion-MNIST after a part of the training, on two ranks", .needsFashionMNIST,
      .needsLauncher, arguments: Expectation.fashion)
    func fashion(expectation: Expectation) throws {
      let training = try TrainingFolder(
        "configs/\(expectation.configuration).yaml", expectation.changes)
      let result = try training.train(ranks: 2)
      let figure = try Self.figure(expectation.metric, of: result)
      #expect(expectation.interval.contains(figure), "\(result.text)")
    }

    @Test(
      "networks in full size take a step",
      arguments: [
        ("vgg16", "138,357,544", "15,470,264,320"), ("resnet-50", "25,557,032", "4,089,184,256"),
      ])
    func fullSize(name: String, parameters: String, multiplyAdds: String) throws {
      let configuration = ["-c", "configs/\(name).yaml"]
      let summary = try run(["summary"] + configuration)
      #expect(summary.output.contains("parameters         \(parameters)\n"), "\(summary.text)")
      #expect(summary.output.contains(multiplyAdds), "\(summary.text)")
      let training = try TrainingFolder(
        "configs/\(name).yaml",
        [
          "data.samples=2", "train.epochs=1", "train.global_batch=2", "train.shards=1",
          "train.checkpoint.every_epochs=2",
        ])
      #expect(try training.train().exitCode == 0)
    }

    @Test(
      "fashion-mnist-autoencoder after one epoch, to the same bits on one rank and two",
      .needsFashionMNIST, .needsLauncher)
    func autoencoder() throws {
      let configuration = "configs/fashion-mnist-autoencoder.yaml"
      let one = try TrainingFolder(configuration, ["train.epochs=1"]).train()
      let two = try TrainingFolder(configuration, ["train.epochs=1"]).train(ranks: 2)
      #expect((0.015...0.02).contains(try Self.figure("mse", of: one)), "\(one.text)")
      #expect(!one.output.contains("accuracy"))
      #expect(try one.weights() == two.weights())
    }

    @Test("the neuron worked out by hand")
    func workedNeuron() throws {
      let configuration = ["predict", "-c", "configs/course/worked-neuron.yaml"]
      let logits = try run(configuration + ["--logits"])
      #expect(logits.output == "output\n2.6\n0.5\n", "\(logits.text)")
      let sigmoids = try run(configuration)
      #expect(sigmoids.output == "output\n0.9308616\n0.62245935\n", "\(sigmoids.text)")
    }
  }
}
