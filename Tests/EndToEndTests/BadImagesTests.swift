import Foundation
import TestSupport
import Testing

extension EndToEnd {
  @Suite("Wrong image files, and numbers that run away", .serialized)
  struct BadImagesTests {
    /// Images of 2 x 2 pixels in the IDX format.
    private static func images(_ count: Int, declared: Int) -> Data {
      Data([0, 0, 8, 3] + bigEndian(declared) + bigEndian(2) + bigEndian(2))
        + Data((0..<(4 * count)).map { UInt8($0 % 251) })
    }

    private static func labels(_ labels: [UInt8]) -> Data {
      Data([0, 0, 8, 1] + bigEndian(labels.count) + labels)
    }

    private static func bigEndian(_ value: Int) -> [UInt8] {
      [24, 16, 8, 0].map { UInt8(value >> $0 & 255) }
    }

    private func train(
      images: Data, labels: Data, compressed: Bool = false, ranks: Int? = nil
    ) throws -> JobResult {
      let folder = try TemporaryFolder()
      let name = compressed ? "images.gz" : "images"
      try images.write(to: URL(fileURLWithPath: folder.file(name)))
      try labels.write(to: URL(fileURLWithPath: folder.file("labels")))
      try """
      data: {source: idx, train: {images: \(name), labels: labels}}
      model: {layers: [flatten, {dense: {units: 3}}]}
      loss: cross_entropy
      optimizer: {sgd: {learning_rate: 0.1}}
      train: {epochs: 1, global_batch: 3, shards: 3}
      """.write(toFile: folder.file("run.yaml"), atomically: true, encoding: .utf8)
      return try run(
        ["train", "-c", folder.file("run.yaml"), "--out", folder.file("runs")], ranks: ranks,
        limit: 30)
    }

    @Test("images and labels as they should be")
    func good() throws {
      let result = try train(
        images: Self.images(6, declared: 6), labels: Self.labels([0, 1, 2, 0, 1, 2]))
      #expect(result.exitCode == 0, "\(result.text)")
    }

    @Test("a file with fewer images than it says")
    func truncated() throws {
      let result = try train(
        images: Self.images(5, declared: 6), labels: Self.labels([0, 1, 2, 0, 1, 2]))
      result.expectFailure(3, saying: ["/images"])
    }

    @Test("a compressed file that ends early", .needsFashionMNIST, .needsLauncher)
    func truncatedArchive() throws {
      let source = "/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz"
      let whole = try Data(contentsOf: URL(fileURLWithPath: source))
      for ranks in [nil, 3] {
        let result = try train(
          images: whole.prefix(whole.count / 2), labels: Self.labels([0]), compressed: true,
          ranks: ranks)
        result.expectFailure(3, saying: ["images.gz"])
        #expect(result.errors.contains("end"), "\(result.text)")
      }
    }

    @Test("more labels than images")
    func counts() throws {
      let result = try train(
        images: Self.images(6, declared: 6), labels: Self.labels([0, 1, 2, 0]))
      #expect(result.exitCode == 3, "\(result.text)")
      #expect(result.errors.contains("6") && result.errors.contains("4"), "\(result.text)")
    }

    @Test("a test label outside the classes of the training part")
    func label() throws {
      let folder = try TemporaryFolder()
      try Self.images(3, declared: 3).write(to: URL(fileURLWithPath: folder.file("images")))
      try Self.labels([0, 1, 2]).write(to: URL(fileURLWithPath: folder.file("labels")))
      try Self.labels([0, 1, 7]).write(to: URL(fileURLWithPath: folder.file("others")))
      try """
      data:
        source: idx
        train: {images: images, labels: labels}
        test: {images: images, labels: others}
      model: {layers: [flatten, {dense: {units: 3}}]}
      loss: cross_entropy
      optimizer: {sgd: {learning_rate: 0.1}}
      train: {epochs: 1, global_batch: 3}
      """.write(toFile: folder.file("run.yaml"), atomically: true, encoding: .utf8)
      let result = try run(
        ["train", "-c", folder.file("run.yaml"), "--out", folder.path], limit: 30)
      result.expectFailure(3, saying: ["/others", "7"])
    }

    @Test("a run that diverges names step and tensor", .needsLauncher, arguments: [nil, 2, 3])
    func diverging(ranks: Int?) throws {
      let training = try TrainingFolder(
        "configs/digits-mlp.yaml", ["optimizer.adam.learning_rate=1e20"])
      let result = try training.train(ranks: ranks)
      result.expectFailure(
        4,
        saying: [
          "training diverged: the loss of step 2 is not a finite number; it began in the output of dense_"
        ])
      #expect(try training.status() == "failed")
      #expect(training.checkpointSteps.isEmpty)
    }
  }
}
