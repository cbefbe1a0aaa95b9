import CKernels
import Testing

@Suite struct EmbeddingTests {
  static let invalid: [Float] = [
    -1, -0.5, 0.5, 4.999, 5, 6, 1e9, 1e30, .infinity, -.infinity, .nan, .leastNonzeroMagnitude,
  ]

  @Test("each id gives its row")
  func lookup() {
    let weight: [Float] = [0, 1, 10, 11, 20, 21]
    var y = [Float](repeating: 9, count: 8)
    unsafe ck_embedding_forward([2, 0, -0.0, 1], weight, 3, &y, 4, 2)
    #expect(y == [20, 21, 0, 1, 0, 1, 10, 11])
  }

  @Test("what is no id gives NaN and adds nothing", arguments: invalid)
  func invalidID(id: Float) {
    let weight = numbers(15, seed: 1)
    var y = [Float](repeating: 0, count: 6)
    unsafe ck_embedding_forward([1, id], weight, 5, &y, 2, 3)
    #expect(Array(y[..<3]) == Array(weight[3..<6]))
    #expect(y[3...].allSatisfy { $0.isNaN })
    var dweight = [Float](repeating: .nan, count: 15)
    unsafe ck_embedding_backward([1, id], [1, 2, 3, 4, 5, 6], 5, &dweight, 2, 3)
    #expect(dweight == [0, 0, 0, 1, 2, 3] + [Float](repeating: 0, count: 9))
    #expect(unsafe ck_first_invalid_id([0, 4, id, id], 4, 5) == 2)
  }

  @Test("valid ids are found to be so")
  func validIDs() {
    #expect(unsafe ck_first_invalid_id([0, 1, 4, -0.0], 4, 5) == 4)
    #expect(unsafe ck_first_invalid_id([0], 0, 5) == 0)
    let last = Float(CK_EMBEDDING_MAXIMUM - 1)
    #expect(unsafe ck_first_invalid_id([last, last + 1], 2, Int(CK_EMBEDDING_MAXIMUM)) == 1)
  }

  @Test("gradients of one id are added in the order of its places", arguments: [1, 7, 16, 33])
  func order(cols: Int) {
    let ids: [Float] = [3, 0, 3, 3, 1, 0, 3]
    let dy = numbers(ids.count * cols, seed: 2, scale: 1_000)
    var dweight = [Float](repeating: .nan, count: 4 * cols)
    unsafe ck_embedding_backward(ids, dy, 4, &dweight, ids.count, cols)
    var expected = [Float](repeating: 0, count: 4 * cols)
    for (place, id) in ids.enumerated() {
      for c in 0..<cols { expected[Int(id) * cols + c] += dy[place * cols + c] }
    }
    #expect(bits(dweight) == bits(expected))
  }
}

@Suite struct CombineTests {
  @Test("products, also in place")
  func multiply() {
    let a = numbers(77, seed: 1), b = numbers(77, seed: 2)
    var out = a, inPlace = a
    unsafe ck_multiply(a, b, &out, 77)
    #expect(out == zip(a, b).map { $0 * $1 })
    unsafe inPlace.withUnsafeMutableBufferPointer { buffer in
      unsafe ck_multiply(buffer.baseAddress, b, buffer.baseAddress, 77)
    }
    #expect(inPlace == out)
  }

  @Test("columns go where they belong, and touch no other")
  func copyColumns() {
    var wide = [Float](repeating: -1, count: 10)
    unsafe wide.withUnsafeMutableBufferPointer { wide in
      guard let base = wide.baseAddress else { return }
      unsafe ck_copy_columns([1, 2, 3, 4], 2, base + 1, 5, 2, 2)
    }
    #expect(wide == [-1, 1, 2, -1, -1, -1, 3, 4, -1, -1])
    var narrow = [Float](repeating: 0, count: 4)
    unsafe wide.withUnsafeBufferPointer { wide in
      guard let base = wide.baseAddress else { return }
      unsafe ck_copy_columns(base + 2, 5, &narrow, 2, 2, 2)
    }
    #expect(narrow == [2, -1, 4, -1])
  }
}
