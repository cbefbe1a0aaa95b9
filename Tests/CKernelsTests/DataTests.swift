import CKernels
import Testing

@Suite struct DataTests {
  @Test("bytes become scale * x + shift", arguments: [0, 1, 63, 784])
  func bytes(count: Int) {
    let x = (0..<count).map { UInt8($0 % 256) }
    var y = [Float](repeating: .nan, count: count)
    unsafe ck_affine_u8(x, &y, count, 0.25, -2)
    #expect(y == x.map { Float($0) * 0.25 - 2 })
  }

  @Test("each column has its own scale and shift, from bytes and from floats")
  func columns() {
    let (rows, cols) = (3, 37)
    let scale = (0..<cols).map { Float($0) * 0.5 }, shift = (0..<cols).map { Float($0) - 9 }
    let bytes = (0..<(rows * cols)).map { UInt8($0 * 2) }
    let floats = bytes.map(Float.init)
    let expected = floats.indices.map { floats[$0] * scale[$0 % cols] + shift[$0 % cols] }
    var y = [Float](repeating: .nan, count: rows * cols), inPlace = floats
    unsafe ck_affine_u8_columns(bytes, &y, rows, cols, scale, shift)
    #expect(y == expected)
    unsafe inPlace.withUnsafeMutableBufferPointer { buffer in
      unsafe ck_affine_f32_columns(
        buffer.baseAddress, buffer.baseAddress, rows, cols, scale, shift)
    }
    #expect(inPlace == expected)
  }

  @Test("floats, in place")
  func floats() {
    var x: [Float] = [1, 2, -4]
    unsafe x.withUnsafeMutableBufferPointer { buffer in
      unsafe ck_affine_f32(buffer.baseAddress, buffer.baseAddress, 3, 0.5, 1)
    }
    #expect(x == [1.5, 2, -1])
  }
}
