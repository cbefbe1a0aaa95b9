import CKernels
import Testing

@Suite struct DropoutTests {
  private func drop(
    _ x: [Float], cols: Int, rate: Float, step: UInt32 = 3, ids: [UInt32]
  ) -> (y: [Float], mask: [UInt8]) {
    var y = [Float](repeating: .nan, count: x.count)
    var mask = [UInt8](repeating: 9, count: x.count)
    unsafe ck_dropout_forward(x, &y, &mask, ids.count, cols, rate, 11, 22, step, 5, ids)
    return (y, mask)
  }

  @Test(
    "an element is kept by its own word of Philox, in any width and at any rate",
    arguments: [1, 3, 4, 31, 32, 33, 64, 100], [Float(0), 0.1, 0.2, 0.5, 0.999])
  func definition(cols: Int, rate: Float) {
    let ids: [UInt32] = [7, 0, .max, 1 << 20, 8]
    let x = numbers(ids.count * cols, seed: 1)
    let (y, mask) = drop(x, cols: cols, rate: rate, ids: ids)
    for (row, id) in ids.enumerated() {
      for col in 0..<cols {
        let words = ck_philox4x32(UInt32(col / 4), 5, id, 3, 11, 22).x
        let word = [words.0, words.1, words.2, words.3][col % 4]
        let isKept = Float(word >> 8) * 0x1p-24 >= rate
        let index = row * cols + col
        #expect(mask[index] == (isKept ? 1 : 0))
        #expect(y[index] == (isKept ? x[index] * (1 / (1 - rate)) : 0))
      }
    }
  }

  @Test("a rate between two 24-bit steps is not rounded")
  func exactThreshold() throws {
    // A word below 2^-2, so that a rate can lie a quarter of a step above it.
    let row = (0..<64).map { ck_philox4x32($0, 5, 1, 3, 11, 22).x.0 }
    let counter = try #require(row.firstIndex { $0 >> 8 < 1 << 22 && $0 >> 8 > 0 })
    let unit = Float(row[counter] >> 8) * 0x1p-24
    let x = [Float](repeating: 1, count: 256)
    #expect(drop(x, cols: 256, rate: unit, ids: [1]).mask[4 * counter] == 1)
    #expect(drop(x, cols: 256, rate: unit + 0x1p-26, ids: [1]).mask[4 * counter] == 0)
  }

  @Test("a sample's mask does not depend on the batch it is in")
  func independentOfBatch() {
    let x = [Float](repeating: 1, count: 3 * 50)
    let batch = drop(x, cols: 50, rate: 0.3, ids: [5, 6, 7]).mask
    let alone = drop(Array(x[..<50]), cols: 50, rate: 0.3, ids: [6]).mask
    #expect(Array(batch[50..<100]) == alone)
    #expect(alone != drop(Array(x[..<50]), cols: 50, rate: 0.3, step: 4, ids: [6]).mask)
  }

  @Test("the share of dropped elements is the rate", arguments: [Float(0.1), 0.25, 0.5, 0.8])
  func share(rate: Float) {
    let ids = (0..<200).map { UInt32($0) }
    let x = [Float](repeating: 1, count: 200 * 500)
    let mask = drop(x, cols: 500, rate: rate, ids: ids).mask
    let kept = Double(mask.reduce(0) { $0 + Int($1) }) / 100_000
    #expect(abs(kept - Double(1 - rate)) < 0.01)
  }

  @Test("in place is the same, and backward follows the mask")
  func inPlaceAndBackward() {
    let ids: [UInt32] = [1, 2]
    let x = numbers(2 * 45, seed: 2)
    let (y, mask) = drop(x, cols: 45, rate: 0.5, ids: ids)
    var inPlace = x, sameMask = mask, dx = x
    unsafe inPlace.withUnsafeMutableBufferPointer { buffer in
      let pointer = buffer.baseAddress
      unsafe ck_dropout_forward(pointer, pointer, &sameMask, 2, 45, 0.5, 11, 22, 3, 5, ids)
    }
    #expect(inPlace == y)
    #expect(sameMask == mask)
    unsafe ck_dropout_backward(x, mask, &dx, x.count, 2)
    #expect(dx == y)
  }
}
