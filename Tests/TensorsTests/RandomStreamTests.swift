import CKernels
import Tensors
import Testing

@Suite struct RandomStreamTests {
  @Test(
    "Philox gives the known answers of the paper's authors",
    arguments: [
      (
        counter: [UInt32](repeating: 0, count: 4), key: [UInt32](repeating: 0, count: 2),
        expected: [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8] as [UInt32]
      ),
      (
        counter: [UInt32](repeating: .max, count: 4), key: [UInt32](repeating: .max, count: 2),
        expected: [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
      ),
      (
        counter: [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
        key: [0xa409_3822, 0x299f_31d0],
        expected: [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
      ),
    ])
  func knownAnswers(counter: [UInt32], key: [UInt32], expected: [UInt32]) {
    let words = ck_philox4x32(counter[0], counter[1], counter[2], counter[3], key[0], key[1]).x
    #expect([words.0, words.1, words.2, words.3] == expected)
  }

  @Test("a stream's words are Philox under its key")
  func wordsUnderKey() {
    let stream = RandomStream(seed: 0x0123_4567_89ab_cdef, purpose: .dropout)
    #expect(stream.key.0 == 0x89ab_cdef)
    let expected = ck_philox4x32(1, 2, 3, 4, stream.key.0, stream.key.1).x
    #expect(stream.words(1, 2, 3, 4) == expected)
    #expect(stream.words(1) == stream.words(1, 0, 0, 0))
  }

  @Test("seeds that differ in any half, and purposes, have different words")
  func distinctStreams() {
    let streams = [
      RandomStream(seed: 1, purpose: .shuffle), RandomStream(seed: 2, purpose: .shuffle),
      RandomStream(seed: 1 << 32 | 1, purpose: .shuffle), RandomStream(seed: 1, purpose: .split),
    ]
    #expect(Set(streams.map { $0.words(0).0 }).count == streams.count)
  }

  @Test("unit spans 0 up to below 1 in steps of 2^-24")
  func unit() {
    #expect(RandomStream.unit(0) == 0)
    #expect(RandomStream.unit(0xff) == 0)
    #expect(RandomStream.unit(0x100) == 0x1p-24)
    #expect(RandomStream.unit(.max) == 1 - 0x1p-24)
  }

  @Test("units are spread evenly")
  func evenSpread() {
    let stream = RandomStream(seed: 7, purpose: .noise)
    var tenths = [Int](repeating: 0, count: 10)
    for counter in 0..<25_000 {
      let words = stream.words(UInt32(counter))
      for word in [words.0, words.1, words.2, words.3] {
        tenths[Int(RandomStream.unit(word) * 10)] += 1
      }
    }
    // 10,000 a tenth, standard deviation 95.
    #expect(tenths.allSatisfy { abs($0 - 10_000) < 500 }, "\(tenths)")
  }
}
