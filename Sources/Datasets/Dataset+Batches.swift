internal import CXXHash
public import Tensors

extension Dataset {
  /// Copies some samples into a batch, converted to float32 and rescaled in the same pass.
  ///
  /// Allocates nothing.
  ///
  /// - Parameters:
  ///   - positions: which samples, in the order wanted.
  ///   - samples: where they go, `[positions, sample]`.
  ///   - batchTargets: where their targets go, `[positions, target]`.
  /// - Precondition: the views have just the room needed, and each position is below ``count``.
  /// - Complexity: O(elements).
  public func gather(
    _ positions: Span<UInt32>, into samples: FloatView, targets batchTargets: FloatView
  ) {
    precondition(
      samples.count == positions.count * sampleSize
        && batchTargets.count == positions.count * targetShape.count,
      "\(positions.count) samples of \(sampleSize) into views of \(samples.count) and "
        + "\(batchTargets.count) floats")
    // The positions are checked here, each exactly once; the rows they lead to lie inside.
    if reconstructs {
      for index in positions.indices { _ = checked(positions[index]) }
    } else {
      unsafe targets.withUnsafeBufferPointer { all in
        for index in positions.indices {
          unsafe batchTargets.pointer[index] = all[checked(positions[index])]
        }
      }
    }
    gatherFeatures(positions, into: samples)
    if reconstructs { batchTargets.copy(from: samples) }
  }

  private func gatherFeatures(_ positions: Span<UInt32>, into samples: FloatView) {
    switch features {
    case .bytes(let bytes):
      unsafe bytes.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress else { return }
        unsafe gather(positions, into: samples) { offset, target in
          unsafe AffineRows.apply(normalization, source + offset, target, count: sampleSize)
        }
      }
    case .floats(let floats):
      unsafe floats.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress else { return }
        unsafe gather(positions, into: samples) { offset, target in
          unsafe AffineRows.apply(normalization, source + offset, target, count: sampleSize)
        }
      }
    }
  }

  private func checked(_ position: UInt32) -> Int {
    precondition(position < count, "sample \(position) of \(count)")
    return Int(position)
  }

  /// Calls `copy` for each sample with its first element's index and where it goes.
  @inline(__always)
  private func gather(
    _ positions: Span<UInt32>, into samples: FloatView,
    copy: (Int, UnsafeMutablePointer<Float>) -> Void
  ) {
    var target = unsafe samples.pointer
    if let rows {
      for index in positions.indices {
        unsafe copy(Int(rows[Int(positions[index])]) &* sampleSize, target)
        unsafe target += sampleSize
      }
    } else {
      for index in positions.indices {
        unsafe copy(Int(positions[index]) &* sampleSize, target)
        unsafe target += sampleSize
      }
    }
  }

  /// A hash of all samples and targets as the source gave them, before any rescaling: XXH3-64 over the
  /// features' bytes, then the targets', as 16 hexadecimal digits.
  ///
  /// - Complexity: O(elements), at the speed of memory.
  public func fingerprint() -> String {
    guard let state = unsafe XXH3_createState() else {
      preconditionFailure("no memory for a hash state")
    }
    defer { unsafe XXH3_freeState(state) }
    unsafe XXH3_64bits_reset(state)
    switch features {
    case .bytes(let bytes): unsafe bytes.withUnsafeBytes { unsafe hash($0, 1, into: state) }
    case .floats(let floats): unsafe floats.withUnsafeBytes { unsafe hash($0, 4, into: state) }
    }
    unsafe targets.withUnsafeBytes { bytes in
      _ = unsafe XXH3_64bits_update(state, bytes.baseAddress, bytes.count)
    }
    let digits = String(unsafe XXH3_64bits_digest(state), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Hashes the features of the samples of this view, in order.
  private func hash(
    _ bytes: UnsafeRawBufferPointer, _ elementSize: Int, into state: OpaquePointer
  ) {
    guard let base = bytes.baseAddress else { return }
    if rows == nil {
      unsafe XXH3_64bits_update(state, base, bytes.count)
      return
    }
    for position in 0..<count {
      let sample = elements(at: position)
      unsafe XXH3_64bits_update(
        state, base + sample.lowerBound * elementSize, sample.count * elementSize)
    }
  }
}
