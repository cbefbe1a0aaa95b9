/// A run of float32 numbers that somebody else owns: a part of a workspace, of the arena, of a
/// window shared with other ranks.
///
/// Whoever makes a view promises that the memory outlives it, and that no two threads use the same
/// elements at once while one of them writes; the engine gets both from its plan (each worker has
/// its own workspace, each slice of the arena one owner between two barriers). That promise is also
/// why it may cross threads.
@safe
public struct FloatView: @unchecked Sendable {
  /// The first element, 64-byte aligned where the view starts on a planned border.
  @unsafe public let pointer: UnsafeMutablePointer<Float>
  /// The number of elements.
  public let count: Int

  /// Views `count` floats at `pointer`.
  @unsafe public init(pointer: UnsafeMutablePointer<Float>, count: Int) {
    unsafe self.pointer = pointer
    self.count = count
  }

  /// The part of the view in a range of element indices.
  ///
  /// - Precondition: the range lies inside `0..<count`.
  public subscript(range: Range<Int>) -> FloatView {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count,
      "range \(range) is outside a view of \(count) floats")
    return unsafe FloatView(pointer: pointer + range.lowerBound, count: range.count)
  }

  /// One element.
  public subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count, "index \(index) is outside 0..<\(count)")
      return unsafe pointer[index]
    }
    nonmutating set {
      precondition(index >= 0 && index < count, "index \(index) is outside 0..<\(count)")
      unsafe pointer[index] = newValue
    }
  }

  /// Sets every element.
  public func fill(with value: Float) {
    unsafe pointer.update(repeating: value, count: count)
  }

  /// Copies all elements of another view of the same size.
  public func copy(from source: FloatView) {
    precondition(source.count == count, "copy of \(source.count) floats into \(count)")
    unsafe pointer.update(from: source.pointer, count: count)
  }

  /// Copies all elements of an array of the same size.
  public func copy(from source: [Float]) {
    precondition(source.count == count, "copy of \(source.count) floats into \(count)")
    unsafe source.withUnsafeBufferPointer { buffer in
      if let base = buffer.baseAddress { unsafe pointer.update(from: base, count: count) }
    }
  }

  /// The elements as an array.
  public var array: [Float] {
    unsafe Array(UnsafeBufferPointer(start: pointer, count: count))
  }

  /// The memory as bytes, for reading and writing files and hashing.
  @unsafe public var bytes: UnsafeMutableRawBufferPointer {
    unsafe UnsafeMutableRawBufferPointer(start: pointer, count: count * MemoryLayout<Float>.stride)
  }
}

extension FloatView {
  /// The smallest multiple of 16 that is not below `count`: floats of room that end on a 64-byte border.
  public static func aligned(_ count: Int) -> Int { (count + 15) / 16 * 16 }
}

/// Owns a zeroed, 64-byte aligned run of float32 numbers.
public final class FloatStorage: Sendable {
  /// The memory; valid as long as the storage lives.
  public let view: FloatView

  /// Allocates `count` floats, all 0.
  public init(count: Int) {
    let bytes = max(64, count * MemoryLayout<Float>.stride)
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    unsafe raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    unsafe self.view = FloatView(
      pointer: raw.bindMemory(to: Float.self, capacity: count), count: count)
  }

  deinit {
    unsafe view.pointer.deallocate()
  }
}
