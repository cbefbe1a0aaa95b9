import Tensors
import Testing

@testable import Datasets

@Suite("Samples that are their own targets")
struct ReconstructionTests {
  private static func batch(
    _ data: Dataset, _ positions: [UInt32]
  ) -> (samples: [Float], targets: [Float]) {
    let samples = FloatStorage(count: positions.count * data.sampleSize)
    let targets = FloatStorage(count: positions.count * data.targetShape.count)
    data.gather(positions.span, into: samples.view, targets: targets.view)
    return withExtendedLifetime((samples, targets)) { (samples.view.array, targets.view.array) }
  }

  @Test("of a table: every column but the ignored is a feature and a target, rescaled alike")
  func table() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("t.csv", "input,name,b\n1,x,10\n2,y,26\n5,z,18\n")
    let columns = TableColumns(target: nil, task: .classification, ignore: ["name"])
    let splits = try DataSpec(
      source: .csv(DataParts(train: path), columns: columns), target: .input, normalize: .minMax
    ).load(seed: 1)
    #expect(splits.task == .reconstruction)
    #expect(splits.train.count == 3)
    #expect(splits.train.columnNames == ["input", "b"])
    #expect(splits.train.targetShape == [2])
    let (samples, targets) = Self.batch(splits.train, [2, 0])
    #expect(samples == [1, 0.5, 0, 0])
    #expect(targets == samples)
    #expect(splits.train.rescaledRange == 0...1)
    #expect(splits.normalization.restored(samples) == [5, 18, 1, 10])
  }

  @Test("of images need no labels, and keep them for stratified parts where they are given")
  func images() throws {
    let folder = try TemporaryFolder()
    let images = try folder.write("i", idx([4, 2, 1], [0, 255, 51, 102, 1, 2, 3, 4]))
    let labels = try folder.write("l", idx([4], [0, 1, 0, 1]))
    func load(_ labels: String?, _ share: HeldOut) throws -> DataSplits {
      let files = IDXFiles(images: images, labels: labels)
      let parts = DataParts(train: files, test: .heldOut(share))
      return try DataSpec(source: .idx(parts), target: .input).load(seed: 1)
    }
    let plain = try load(nil, HeldOut(fraction: 0.5, stratify: false))
    #expect(plain.train.count == 2 && plain.test?.count == 2)
    #expect(plain.train.targetShape == [2, 1, 1])
    #expect(plain.train.classNames == nil && plain.train.targets == [])
    let stratified = try load(labels, HeldOut(fraction: 0.5))
    #expect(stratified.task == .reconstruction)
    #expect(stratified.train.targets.sorted() == [0, 1])
    let (samples, targets) = Self.batch(stratified.train, [1])
    #expect(targets == samples)
  }

  @Test("of random images, and of any samples in memory")
  func synthetic() throws {
    let samples = SyntheticSamples(samples: 5, shape: [4, 3, 2], classes: 2)
    let splits = try DataSpec(
      source: .synthetic(DataParts(train: samples)), target: .input, normalize: .standardize
    ).load(seed: 3)
    #expect(splits.train.targetShape == [4, 3, 2])
    let (inputs, targets) = Self.batch(splits.train, [4, 1])
    #expect(inputs == targets)
    let data = Dataset(features: [1, 2, 3, 4], sampleShape: [2], targets: [7, 8]).reconstructing
    #expect(Self.batch(data.subset([1]), [0]).targets == [3, 4])
    #expect(data.fingerprint() == data.reconstructing.fingerprint())
  }
}
