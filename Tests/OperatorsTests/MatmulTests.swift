import Foundation
import Operators
import Tensors
import Testing

/// A product's sizes and form.
struct ProductCase: CustomTestStringConvertible, Sendable {
  var rows: Int
  var columns: Int
  var inner: Int
  var leftIsTransposed = false
  var rightIsTransposed = false
  var hasBias = false
  var accumulates = false
  var packsRight = false

  var testDescription: String {
    "\(rows)x\(inner)\(leftIsTransposed ? "^T" : "") x \(inner)x\(columns)"
      + (rightIsTransposed ? "^T" : "") + (hasBias ? " + bias" : "")
      + (accumulates ? " added" : "") + (packsRight ? ", packed" : "")
  }

  /// All forms of some sizes, odd and single ones among them.
  static let all: [ProductCase] = [(1, 1, 1), (3, 5, 7), (1, 17, 33), (64, 10, 129), (31, 64, 2)]
    .flatMap { rows, columns, inner in
      (0..<32).map { bits in
        ProductCase(
          rows: rows, columns: columns, inner: inner, leftIsTransposed: bits & 1 != 0,
          rightIsTransposed: bits & 2 != 0, hasBias: bits & 4 != 0,
          accumulates: bits & 8 != 0, packsRight: bits & 16 != 0)
      }
    }
}

/// A product with its numbers.
final class ProductBench: Sendable {
  let form: ProductCase
  let left: FloatStorage
  let right: FloatStorage
  let bias: FloatStorage
  /// What the destination holds before, where the product is added to it.
  let start: FloatStorage

  init(_ form: ProductCase) {
    self.form = form
    left = FloatStorage(count: form.rows * form.inner)
    right = FloatStorage(count: form.inner * form.columns)
    bias = FloatStorage(count: form.columns)
    start = FloatStorage(count: form.rows * form.columns)
    let stream = RandomStream(seed: 5, purpose: .noise)
    for (tag, storage) in [left, right, bias, start].enumerated() {
      for index in 0..<storage.view.count {
        storage.view[index] =
          2 * RandomStream.unit(stream.words(UInt32(index), UInt32(tag)).0) - 1
      }
    }
  }

  /// What oneDNN computes; the destination holds garbage before, unless the product is added to it.
  func result(prepared: Int = 1) throws -> [Float] {
    let product = try Matmul(
      rows: form.rows, columns: form.columns, inner: form.inner,
      leftIsTransposed: form.leftIsTransposed, rightIsTransposed: form.rightIsTransposed,
      hasBias: form.hasBias, accumulates: form.accumulates, packsRight: form.packsRight,
      stream: ComputeStream())
    #expect((product.packing != nil) == form.packsRight)
    let output = FloatStorage(count: form.rows * form.columns)
    let packed = FloatStorage(count: product.packing?.count ?? 0)
    return withExtendedLifetime((self, output, packed)) {
      for _ in 0..<prepared {
        output.view.fill(with: .nan)
        if form.accumulates { output.view.copy(from: start.view) }
        packed.view.fill(with: .nan)
        product.packing?.execute(right.view, into: packed.view)
        product.execute(
          left.view, form.packsRight ? packed.view : right.view,
          bias: form.hasBias ? bias.view : nil, into: output.view)
      }
      return output.view.array
    }
  }

  /// The product in double precision, and the sum of the magnitudes of what each element adds up.
  func reference() -> [(value: Double, magnitude: Double)] {
    (0..<(form.rows * form.columns)).map { element in
      let (row, column) = (element / form.columns, element % form.columns)
      var value = 0.0
      var magnitude = 0.0
      func add(_ term: Double) {
        value += term
        magnitude += abs(term)
      }
      if form.hasBias { add(Double(bias.view[column])) }
      if form.accumulates { add(Double(start.view[element])) }
      for index in 0..<form.inner {
        let a = form.leftIsTransposed ? index * form.rows + row : row * form.inner + index
        let b = form.rightIsTransposed ? column * form.inner + index : index * form.columns + column
        add(Double(left.view[a]) * Double(right.view[b]))
      }
      return (value, magnitude)
    }
  }
}

@Suite("A matrix product")
struct MatmulTests {
  @Test("is that of double precision, in every form", arguments: ProductCase.all)
  func reference(form: ProductCase) throws {
    let bench = ProductBench(form)
    // Each of the additions rounds once: n u of what is added up bounds them all.
    let bound = Double(form.inner + 3) * 0x1p-24
    for (ours, expected) in zip(try bench.result(prepared: 2), bench.reference()) {
      #expect(abs(Double(ours) - expected.value) <= bound * expected.magnitude + 1e-12)
    }
  }

  @Test(
    "has the same bits when it is repeated, prepared anew, and on another thread",
    arguments: [
      ProductCase(rows: 37, columns: 65, inner: 1025, hasBias: true),
      ProductCase(rows: 8, columns: 65, inner: 129, accumulates: true, packsRight: true),
    ])
  func bits(form: ProductCase) async throws {
    let bench = ProductBench(form)
    let expected = try bench.result().map(\.bitPattern)
    #expect(try bench.result(prepared: 3).map(\.bitPattern) == expected)
    let results = try await withThrowingTaskGroup(of: [UInt32].self) { group in
      for _ in 0..<4 { group.addTask { try bench.result().map(\.bitPattern) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.allSatisfy { $0 == expected })
  }

  @Test("is not computed by oneDNN's reference implementation", arguments: [1, 8, 128])
  func implementation(rows: Int) throws {
    let product = try Matmul(
      rows: rows, columns: 64, inner: 64, rightIsTransposed: true, hasBias: true,
      stream: ComputeStream())
    #expect(!product.implementation.hasPrefix("ref"), "\(product.implementation)")
    let packed = try Matmul(
      rows: rows, columns: 64, inner: 64, rightIsTransposed: true, hasBias: true,
      accumulates: true, packsRight: true, stream: ComputeStream())
    #expect(!packed.implementation.hasPrefix("ref"), "\(packed.implementation)")
  }
}
