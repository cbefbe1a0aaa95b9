import Tensors
import Testing

@Suite struct FloatViewTests {
  @Test("storage is zeroed and 64-byte aligned", arguments: [0, 1, 16, 1_000])
  func storage(count: Int) {
    let storage = FloatStorage(count: count)
    #expect(storage.view.array == [Float](repeating: 0, count: count))
    unsafe #expect(UInt(bitPattern: storage.view.pointer) % 64 == 0)
  }

  @Test("a part of a view is the same memory")
  func slices() {
    let storage = FloatStorage(count: 8)
    let middle = storage.view[2..<6]
    middle.copy(from: [1, 2, 3, 4])
    middle[1..<3].fill(with: 9)
    middle[3] = 7
    #expect(storage.view.array == [0, 0, 1, 9, 9, 7, 0, 0])
    storage.view[0..<4].copy(from: middle)
    #expect(storage.view.array == [1, 9, 9, 7, 9, 7, 0, 0])
    #expect(middle[0] == 9)
    unsafe #expect(middle.bytes.count == 16)
  }

  @Test("a range outside a view stops the program")
  func outside() async {
    await #expect(processExitsWith: .failure) {
      _ = FloatStorage(count: 8).view[4..<9]
    }
  }
}
