/// A run of numbers of one of the element types, which somebody else owns: what a ``FloatView`` is to
/// float32 alone, and under the same promises.
@safe
public struct ElementView: @unchecked Sendable {
  /// The first element.
  @unsafe public let pointer: UnsafeMutableRawPointer
  /// The number of elements.
  public let count: Int
  /// How an element is stored.
  public let type: ElementType

  /// Views `count` elements at `pointer`.
  @unsafe public init(pointer: UnsafeMutableRawPointer, count: Int, type: ElementType) {
    unsafe self.pointer = pointer
    self.count = count
    self.type = type
  }

  /// Views floats.
  public init(_ floats: FloatView) {
    unsafe self.init(pointer: floats.pointer, count: floats.count, type: .float32)
  }

  /// Views the first `count` elements that a run of floats has room for.
  ///
  /// - Precondition: the room suffices.
  public init(_ room: FloatView, count: Int, type: ElementType) {
    precondition(
      type.floatCount(of: count) <= room.count,
      "\(count) elements of \(type) in a room of \(room.count) floats")
    unsafe self.init(pointer: room.pointer, count: count, type: type)
  }

  /// The elements as floats.
  ///
  /// - Precondition: they are float32.
  public var floats: FloatView {
    precondition(type == .float32, "\(type) elements are no floats")
    return unsafe FloatView(
      pointer: pointer.assumingMemoryBound(to: Float.self), count: count)
  }

  /// The elements as the bits of bfloat16 numbers.
  ///
  /// - Precondition: they are bfloat16.
  @unsafe public var bfloat16Bits: UnsafeMutablePointer<UInt16> {
    precondition(type == .bfloat16, "\(type) elements are no bfloat16")
    return unsafe pointer.assumingMemoryBound(to: UInt16.self)
  }

  /// The part of the view in a range of element indices.
  ///
  /// - Precondition: the range lies inside `0..<count`.
  public subscript(range: Range<Int>) -> ElementView {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count,
      "range \(range) is outside a view of \(count) elements")
    return unsafe ElementView(
      pointer: pointer + range.lowerBound * type.byteCount, count: range.count, type: type)
  }

  /// Sets every element to 0.
  public func clear() {
    unsafe pointer.initializeMemory(as: UInt8.self, repeating: 0, count: count * type.byteCount)
  }
}

extension ElementType {
  /// Floats whose room holds so many elements.
  public func floatCount(of count: Int) -> Int { (count * byteCount + 3) / 4 }
}
