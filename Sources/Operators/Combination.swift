internal import CKernels
package import Tensors

/// Sums of several runs of one type, prepared for fixed memory so that a step allocates nothing.
@safe
package struct OrderedSum {
  @safe
  private enum Parts {
    case float32([UnsafePointer<Float>?], plan: [Int32])
    case bfloat16([UnsafePointer<UInt16>?])
  }

  private let parts: Parts
  private let sum: ElementView

  /// Prepares a sum.
  ///
  /// - Parameters:
  ///   - parts: at least one, all of one size; added from the first to the last, in float32.
  ///   - sum: where the sum goes; may be one of the parts.
  package init(_ parts: [ElementView], into sum: ElementView) {
    precondition(
      !parts.isEmpty && parts.allSatisfy { $0.count == sum.count && $0.type == sum.type })
    self.sum = sum
    switch sum.type {
    case .float32:
      unsafe self.parts = .float32(
        parts.map { unsafe UnsafePointer($0.floats.pointer) },
        plan: [0] + (1..<Int32(parts.count)).flatMap { [$0, -1] })
    case .bfloat16:
      unsafe self.parts = .bfloat16(parts.map { unsafe UnsafePointer($0.bfloat16Bits) })
    }
  }

  /// Adds the parts.
  package func execute() {
    switch parts {
    case .float32(let parts, let plan):
      unsafe parts.withUnsafeBufferPointer { parts in
        unsafe plan.withUnsafeBufferPointer { plan in
          unsafe ck_tree_sum(
            sum.floats.pointer, parts.baseAddress, plan.baseAddress, plan.count, sum.count)
        }
      }
    case .bfloat16(let parts):
      unsafe parts.withUnsafeBufferPointer { parts in
        unsafe ck_sum_bf16(parts.baseAddress, parts.count, sum.bfloat16Bits, sum.count)
      }
    }
  }
}

extension Elementwise {
  /// Multiplies two runs element by element; `product` may be either.
  package static func multiply(
    _ left: ElementView, _ right: ElementView, into product: ElementView
  ) {
    assert(left.count == right.count && product.count == left.count)
    switch product.type {
    case .float32:
      unsafe ck_multiply(
        left.floats.pointer, right.floats.pointer, product.floats.pointer, product.count)
    case .bfloat16:
      unsafe ck_multiply_bf16(
        left.bfloat16Bits, right.bfloat16Bits, product.bfloat16Bits, product.count)
    }
  }

  /// Adds one row to every row.
  ///
  /// - Parameters:
  ///   - row: what is added to each.
  ///   - rows: a multiple of the row's size.
  ///   - sum: where the sums go; may be `rows`.
  package static func add(row: FloatView, toRows rows: ElementView, into sum: ElementView) {
    assert(rows.count == sum.count && rows.count % row.count == 0)
    let count = rows.count / row.count
    switch sum.type {
    case .float32:
      unsafe ck_bias_activation_forward(
        CK_LINEAR, 0, rows.floats.pointer, row.pointer, sum.floats.pointer, count, row.count)
    case .bfloat16:
      unsafe ck_bias_activation_forward_bf16(
        CK_LINEAR, 0, rows.bfloat16Bits, row.pointer, sum.bfloat16Bits, count, row.count)
    }
  }

  /// Copies the columns of a matrix between the columns of a wider one.
  ///
  /// - Parameters:
  ///   - narrow: [rows, columns].
  ///   - wide: [rows, all columns].
  ///   - rows: the rows of both.
  ///   - offset: the first column in the wide matrix.
  package static func insertColumns(
    _ narrow: ElementView, into wide: ElementView, rows: Int, at offset: Int
  ) {
    let (columns, all) = (narrow.count / rows, wide.count / rows)
    precondition(offset + columns <= all, "columns \(offset)..+\(columns) of \(all)")
    switch wide.type {
    case .float32:
      unsafe ck_copy_columns(
        narrow.floats.pointer, columns, wide.floats.pointer + offset, all, rows, columns)
    case .bfloat16:
      unsafe ck_copy_columns_bf16(
        narrow.bfloat16Bits, columns, wide.bfloat16Bits + offset, all, rows, columns)
    }
  }

  /// Copies some columns of a matrix out of it; the counterpart of ``insertColumns(_:into:rows:at:)``.
  package static func extractColumns(
    of wide: ElementView, into narrow: ElementView, rows: Int, at offset: Int
  ) {
    let (columns, all) = (narrow.count / rows, wide.count / rows)
    precondition(offset + columns <= all, "columns \(offset)..+\(columns) of \(all)")
    switch wide.type {
    case .float32:
      unsafe ck_copy_columns(
        wide.floats.pointer + offset, all, narrow.floats.pointer, columns, rows, columns)
    case .bfloat16:
      unsafe ck_copy_columns_bf16(
        wide.bfloat16Bits + offset, all, narrow.bfloat16Bits, columns, rows, columns)
    }
  }
}
