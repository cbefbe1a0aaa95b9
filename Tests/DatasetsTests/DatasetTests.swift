import Tensors
import Testing

@testable import Datasets

@Suite struct DatasetTests {
  @Test("batches take samples in the order asked for, also from views of views")
  func gather() {
    let data = Dataset(
      features: [0, 1, 10, 11, 20, 21, 30, 31], sampleShape: [2], targets: [0, 1, 2, 3])
    #expect(data.batch([3, 0, 3]).samples == [30, 31, 0, 1, 30, 31])
    #expect(data.batch([3, 0, 3]).targets == [3, 0, 3])
    let view = data.subset([3, 1, 2])
    #expect(view.batch([0, 2]).samples == [30, 31, 20, 21])
    let inner = view.subset([2, 0])
    #expect(inner.count == 2)
    #expect(inner.allSamples == [20, 21, 30, 31])
    #expect(inner.targets == [2, 3])
    #expect(data.batch([]).samples == [])
  }

  @Test("a sample that is not there stops the process")
  func outOfRange() async {
    await #expect(processExitsWith: .failure) {
      let data = Dataset(features: [0, 1], sampleShape: [1], targets: [0, 1]).subset([1])
      let room = FloatStorage(count: 1)
      let positions: [UInt32] = [1]
      data.gather(positions.span, into: room.view, targets: FloatStorage(count: 1).view)
    }
  }

  @Test("the fingerprint tells samples, targets and order apart and knows XXH3")
  func fingerprint() {
    let data = Dataset(bytes: [1, 2, 3, 4], sampleShape: [2], targets: [0, 1])
    let print = data.fingerprint()
    #expect(print.count == 16)
    #expect(data.subset([0, 1]).fingerprint() == print)
    #expect(data.subset([1, 0]).fingerprint() != print)
    #expect(
      Dataset(bytes: [1, 2, 3, 4], sampleShape: [2], targets: [0, 2]).fingerprint() != print)
    #expect(
      Dataset(bytes: [1, 2, 3, 5], sampleShape: [2], targets: [0, 1]).fingerprint() != print)
    // XXH3-64 of no bytes.
    #expect(
      Dataset(bytes: [], sampleShape: [2], targets: []).fingerprint() == "2d06800538d394c2")
  }

  @Test("synthetic samples are standard normal, labels uniform, both from the seed alone")
  func synthetic() {
    let samples = SyntheticSamples(samples: 2000, shape: [3, 3], classes: 5, seed: 3)
    let data = samples.draw(seed: 1)
    #expect(data.count == 2000)
    #expect(data.sampleShape == [3, 3])
    #expect(samples.draw(seed: 2).fingerprint() == data.fingerprint())
    let values = data.allSamples
    let mean = values.reduce(0) { $0 + Double($1) } / 18_000
    let variance = values.reduce(0) { $0 + Double($1) * Double($1) } / 18_000
    // Four standard errors: 4 / sqrt(18,000) and 4 sqrt(2 / 18,000).
    #expect(abs(mean) < 0.030)
    #expect(abs(variance - 1) < 0.042)
    for label in 0..<5 {
      let count = data.targets.count { $0 == Float(label) }
      #expect((320...480).contains(count))
    }
    let unseeded = SyntheticSamples(samples: 10, shape: [2], classes: 2)
    #expect(unseeded.draw(seed: 1).fingerprint() != unseeded.draw(seed: 2).fingerprint())
  }
}
