internal import CKernels
package import Tensors

/// Sums of several runs of numbers, prepared for fixed memory so that a step allocates nothing.
@safe
package struct OrderedSum {
  private let parts: [UnsafePointer<Float>?]
  private let plan: [Int32]
  private let sum: FloatView

  /// Prepares a sum.
  ///
  /// - Parameters:
  ///   - parts: at least one, all of one size; added from the first to the last.
  ///   - sum: where the sum goes; may be one of the parts.
  package init(_ parts: [FloatView], into sum: FloatView) {
    precondition(!parts.isEmpty && parts.allSatisfy { $0.count == sum.count })
    unsafe self.parts = parts.map { unsafe UnsafePointer($0.pointer) }
    plan = [0] + (1..<Int32(parts.count)).flatMap { [$0, -1] }
    self.sum = sum
  }

  /// Adds the parts.
  package func execute() {
    unsafe parts.withUnsafeBufferPointer { parts in
      unsafe plan.withUnsafeBufferPointer { plan in
        unsafe ck_tree_sum(
          sum.pointer, parts.baseAddress, plan.baseAddress, plan.count, sum.count)
      }
    }
  }
}

extension Elementwise {
  /// Multiplies two runs element by element; `product` may be either.
  package static func multiply(_ left: FloatView, _ right: FloatView, into product: FloatView) {
    assert(left.count == right.count && product.count == left.count)
    unsafe ck_multiply(left.pointer, right.pointer, product.pointer, product.count)
  }

  /// Adds one row to every row.
  ///
  /// - Parameters:
  ///   - row: what is added to each.
  ///   - rows: a multiple of the row's size.
  ///   - sum: where the sums go; may be `rows`.
  package static func add(row: FloatView, toRows rows: FloatView, into sum: FloatView) {
    assert(rows.count == sum.count && rows.count % row.count == 0)
    unsafe ck_bias_activation_forward(
      CK_LINEAR, 0, rows.pointer, row.pointer, sum.pointer, rows.count / row.count, row.count)
  }

  /// Copies the columns of a matrix between the columns of a wider one.
  ///
  /// - Parameters:
  ///   - narrow: [rows, columns].
  ///   - wide: [rows, all columns].
  ///   - rows: the rows of both.
  ///   - offset: the first column in the wide matrix.
  package static func insertColumns(
    _ narrow: FloatView, into wide: FloatView, rows: Int, at offset: Int
  ) {
    let (columns, all) = (narrow.count / rows, wide.count / rows)
    precondition(offset + columns <= all, "columns \(offset)..+\(columns) of \(all)")
    unsafe ck_copy_columns(narrow.pointer, columns, wide.pointer + offset, all, rows, columns)
  }

  /// Copies some columns of a matrix out of it; the counterpart of ``insertColumns(_:into:rows:at:)``.
  package static func extractColumns(
    of wide: FloatView, into narrow: FloatView, rows: Int, at offset: Int
  ) {
    let (columns, all) = (narrow.count / rows, wide.count / rows)
    precondition(offset + columns <= all, "columns \(offset)..+\(columns) of \(all)")
    unsafe ck_copy_columns(wide.pointer + offset, all, narrow.pointer, columns, rows, columns)
  }
}
