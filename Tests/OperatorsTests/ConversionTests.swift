import Operators
import Tensors
import Testing

@Suite("Element types")
struct ConversionTests {
  @Test("convert into each other, whole or in part")
  func conversion() {
    let storage = FloatStorage(count: 100)
    withExtendedLifetime(storage) {
      let floats = storage.view[0..<5]
      floats.copy(from: [1, -2.5, 1.003_906_25, 3e38, 0])
      let halves = ElementView(storage.view[16..<19], count: 5, type: .bfloat16)
      Elementwise.convert(ElementView(floats), into: halves)
      let back = storage.view[32..<37]
      Elementwise.convert(halves, into: ElementView(back))
      #expect(back.array == [1, -2.5, 1, 3.0040553e38, 0])
      let part = ElementView(storage.view[48..<50], count: 3, type: .bfloat16)
      Elementwise.convert(halves[1..<4], into: part)
      Elementwise.convert(part, into: ElementView(back[0..<3]))
      #expect(back.array == [-2.5, 1, 3.0040553e38, 3.0040553e38, 0])
      Elementwise.convert(ElementView(floats), into: ElementView(back))
      #expect(back.array == floats.array)
    }
  }

  @Test("add and check alike", arguments: ElementType.allCases)
  func addition(type: ElementType) {
    let storage = FloatStorage(count: 100)
    withExtendedLifetime(storage) {
      let sum = ElementView(storage.view[0..<16], count: 3, type: type)
      let addend = ElementView(storage.view[16..<32], count: 3, type: type)
      let floats = ElementView(storage.view[32..<35])
      floats.floats.copy(from: [1, 256, -4])
      Elementwise.convert(floats, into: sum)
      floats.floats.copy(from: [2, 1, 4])
      Elementwise.convert(floats, into: addend)
      Elementwise.add(addend, to: sum)
      Elementwise.convert(sum, into: floats)
      // 257 has nine bits.
      #expect(floats.floats.array == [3, type == .bfloat16 ? 256 : 257, 0])
      #expect(Elementwise.isFinite(sum))
      floats.floats[2] = .infinity
      Elementwise.convert(floats, into: sum)
      #expect(!Elementwise.isFinite(sum))
      #expect(Elementwise.isFinite(sum[0..<2]))
    }
  }
}
