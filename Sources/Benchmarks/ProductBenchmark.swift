import Operators
import Tensors

/// The matrix products of a dense layer, at the shapes of the shipped networks.
enum ProductBenchmark {
  /// Samples, inputs and units of a layer.
  private static let layers = [
    (32, 784, 512), (32, 512, 256), (32, 256, 10), (128, 784, 512), (16, 64, 10),
  ]

  /// Times the three products of each layer.
  static func run() throws {
    let stream = try ComputeStream()
    for (batch, inputs, units) in layers {
      let storage = [batch * inputs, units * inputs, batch * units].map(FloatStorage.init(count:))
      let (x, weight, y) = (storage[0].view, storage[1].view, storage[2].view)
      let forward = try Matmul(
        rows: batch, columns: units, inner: inputs, rightIsTransposed: true, stream: stream)
      let toInput = try Matmul(rows: batch, columns: inputs, inner: units, stream: stream)
      let toWeight = try Matmul(
        rows: units, columns: inputs, inner: batch, leftIsTransposed: true, stream: stream)
      let size = "\(batch) x \(inputs) x \(units)"
      let work = 2e-9 * Double(batch * inputs * units)
      time("forward \(size), \(forward.implementation)", work) {
        forward.execute(x, weight, into: y)
      }
      time("input gradient \(size)", work) { toInput.execute(y, weight, into: x) }
      time("weight gradient \(size)", work) { toWeight.execute(y, x, into: weight) }
      withExtendedLifetime(storage) {}
    }
  }

  private static func time(_ name: String, _ gigaflops: Double, _ product: () -> Void) {
    let seconds = Stopwatch.seconds(product)
    Stopwatch.report(name, seconds: seconds, rate: gigaflops / seconds, unit: "GFLOP/s")
  }
}
