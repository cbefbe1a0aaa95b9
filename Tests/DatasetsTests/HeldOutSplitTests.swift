import Tensors
import Testing

@testable import Datasets

@Suite struct HeldOutSplitTests {
  func dataset(_ targets: [Float], classes: Int?) -> Dataset {
    Dataset(
      features: targets.indices.map { Float($0) }, sampleShape: [1], targets: targets,
      classNames: classes.map { (0..<$0).map(String.init) })
  }

  @Test(
    "quotas follow the largest remainders",
    arguments: [
      ([50, 50, 50], 0.2, [10, 10, 10]),
      ([7, 5, 3], 0.5, [4, 3, 1]),
      ([3, 3, 3], 0.1, [1, 0, 0]),
      ([10, 1], 0.5, [5, 0]),
      ([100, 20], 0.29, [29, 6]),
      ([4], 0.1, [0]),
    ])
  func quotas(counts: [Int], fraction: Double, expected: [Int]) {
    #expect(HeldOutSplit.quotas(of: counts, fraction: fraction) == expected)
  }

  @Test("the parts are disjoint, complete, in order, and exact in each class")
  func stratified() throws {
    let targets = (0..<1000).map { Float($0 * $0 % 7 % 3) }
    let data = dataset(targets, classes: 3)
    let split = HeldOutSplit(seed: 11, stage: .validation)
    let (kept, heldOut) = try split.cut(data, HeldOut(fraction: 0.13))
    let keptIDs = kept.allSamples
    let heldOutIDs = heldOut.allSamples
    #expect(keptIDs == keptIDs.sorted())
    #expect(heldOutIDs == heldOutIDs.sorted())
    #expect((keptIDs + heldOutIDs).sorted() == data.allSamples)
    #expect(heldOut.count == 130)
    for label in 0..<3 {
      let whole = Double(targets.count { $0 == Float(label) })
      let part = Double(heldOut.targets.count { $0 == Float(label) })
      #expect(abs(part - 0.13 * whole) < 1)
    }
  }

  @Test("the choice depends on seed and stage, and on nothing else")
  func keys() throws {
    let data = dataset((0..<200).map { Float($0 % 2) }, classes: 2)
    func ids(_ seed: UInt64, _ stage: HeldOutSplit.Stage, stratify: Bool = true) throws -> [Float] {
      try HeldOutSplit(seed: seed, stage: stage)
        .cut(data, HeldOut(fraction: 0.25, stratify: stratify)).heldOut.allSamples
    }
    #expect(try ids(1, .test) == ids(1, .test))
    #expect(try ids(1, .test) != ids(2, .test))
    #expect(try ids(1, .test) != ids(1, .validation))
    #expect(try ids(1, .test, stratify: false).count == 50)
  }

  @Test("regression holds out the rounded share")
  func regression() throws {
    let data = dataset((0..<11).map { Float($0) / 3 }, classes: nil)
    let parts = try HeldOutSplit(seed: 1, stage: .test).cut(data, HeldOut(fraction: 0.5))
    #expect(parts.heldOut.count == 6)
    #expect(parts.kept.count == 5)
  }

  @Test("a share that leaves a part empty is refused")
  func empty() throws {
    let data = dataset([0, 1, 0, 1], classes: 2)
    let error = try datasetError {
      _ = try HeldOutSplit(seed: 1, stage: .test).cut(data, HeldOut(fraction: 0.1))
    }
    #expect(
      error.message == "`test` takes a fraction of 0.1 of 4 samples, which leaves nothing for it")
  }
}
