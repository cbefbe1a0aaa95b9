import Optimizers
import Tensors

/// One step of each optimizer over a million parameters.
enum OptimizerBenchmark {
  private static let count = 1 << 20

  /// Times each optimizer.
  static func run() {
    let optimizers: [(String, any Optimizer)] = [
      ("sgd", SGD(learningRate: 0.1)), ("sgd with momentum", SGD(learningRate: 0.1, momentum: 0.9)),
      ("adam", Adam()), ("adamw", AdamW()),
    ]
    let storage = (0..<5).map { _ in FloatStorage(count: count) }
    let views = storage.map(\.view)
    for (name, optimizer) in optimizers {
      let states = optimizer.stateNames.count
      let state = OptimizerState(
        states > 0 ? views[2] : nil, states > 1 ? views[3] : nil, states > 2 ? views[4] : nil)
      let settings = StepSettings(step: 2, learningRate: 1e-3)
      let seconds = Stopwatch.seconds {
        optimizer.step(settings, parameters: views[0], gradients: views[1], state: state)
      }
      let bytes = Double(count) * 4 * Double(3 + 2 * states)
      Stopwatch.report(
        "\(name), \(count) parameters", seconds: seconds, rate: 1e-9 * bytes / seconds, unit: "GB/s"
      )
    }
    withExtendedLifetime(storage) {}
  }
}
