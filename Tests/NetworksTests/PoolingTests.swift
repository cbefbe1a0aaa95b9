import Operators
import Options
import Tensors
import Testing

@testable import Networks

@Suite("Pooling layers")
struct PoolingTests {
  private func output(_ layer: any Layer, _ input: Shape, _ values: [Float]) throws -> [Float] {
    let bench = try Bench(
      Sequential(input: input) { layer }, loss: MeanSquaredError(), batch: 1, mode: .inference)
    bench.program.inputs[0].copy(from: values)
    bench.program.target.fill(with: 0)
    bench.run()
    return bench.output
  }

  private func message(_ input: Shape, _ layer: any Layer) -> String {
    do {
      _ = try Graph(Sequential(input: input) { layer })
      return "no error"
    } catch { return error.description }
  }

  /// Decodes the options of a layer as they stand in a configuration.
  private func decode(
    _ kind: String, _ options: OptionValue
  ) -> (layer: (any Layer)?, problems: [String]) {
    let diagnostics = Diagnostics()
    let entry = LayerRegistry.decode([kind: options], diagnostics: diagnostics)
    return (
      entry?.layer as? any Layer,
      diagnostics.problems.map { $0.message + ($0.hint.map { "; " + $0 } ?? "") }
    )
  }

  /// Rows 1...4, 5...8 and so on, of one channel.
  private static let image = (1...16).map(Float.init)

  @Test("give what one reads off an image")
  func values() throws {
    #expect(try output(MaxPool2D(2), [4, 4, 1], Self.image) == [6, 8, 14, 16])
    #expect(try output(AveragePool2D(2), [4, 4, 1], Self.image) == [3.5, 5.5, 11.5, 13.5])
    #expect(
      try output(MaxPool2D(3, stride: 2, padding: 1), [4, 4, 1], Self.image) == [6, 8, 14, 16])
    // The corner's window holds 1, 2, 5 and 6, and its padding does not count.
    #expect(
      try output(AveragePool2D(3, stride: 2, padding: 1), [4, 4, 1], Self.image)
        == [3.5, 5, 9.5, 11])
    #expect(try output(GlobalMaxPool2D(), [2, 4, 2], Self.image) == [15, 16])
    #expect(try output(GlobalAveragePool2D(), [2, 4, 2], Self.image) == [8, 9])
    let negative = Self.image.map { -$0 }
    #expect(
      try output(MaxPool2D(3, stride: 2, padding: 1), [4, 4, 1], negative) == [-1, -2, -5, -6])
  }

  @Test("have PyTorch's sizes, rounded down")
  func shapes() throws {
    #expect(try MaxPool2D(2).outputShape(of: [[7, 9, 3]]) == [3, 4, 3])
    #expect(
      try MaxPool2D(3, stride: 2, padding: 1).outputShape(of: [[112, 7, 64]]) == [56, 4, 64])
    let wide = Extent2D(height: 1, width: 5)
    #expect(
      try AveragePool2D(wide, stride: 3, padding: Extent2D(height: 0, width: 2)).outputShape(
        of: [[4, 3, 2]]) == [2, 1, 2])
    #expect(try GlobalMaxPool2D().outputShape(of: [[4, 3, 2]]) == [2])
  }

  @Test("read their options", arguments: ["max_pool2d", "average_pool2d"])
  func options(kind: String) throws {
    func shape(_ options: OptionValue) throws -> Shape? {
      let (layer, problems) = decode(kind, options)
      #expect(problems.isEmpty)
      return try layer?.outputShape(of: [[10, 12, 1]])
    }
    #expect(try shape(["size": 2]) == [5, 6, 1])
    #expect(try shape(["size": [2, 3], "padding": "valid"]) == [5, 4, 1])
    #expect(try shape(["size": 3, "stride": 2, "padding": 1]) == [5, 6, 1])
    #expect(try shape(["size": 3, "stride": [1, 2], "padding": [0, 1]]) == [8, 6, 1])
    #expect(decode(kind, [:]).problems == ["\(kind) needs `size`"])
    #expect(decode(kind, ["size": 0]).problems.count == 1)
    #expect(
      decode(kind, ["size": [1, 2, 3]]).problems == [
        "`size` of \(kind) takes one number or a pair [height, width], found 3"
      ])
    #expect(
      decode(kind, ["size": 3, "padding": "same"]).problems.first?.contains(
        "takes `valid`, a whole number or a pair [height, width], found") == true)
    #expect(
      decode(kind, ["size": 3, "padding": 2]).problems.first?.contains(
        "`padding` of \(kind) is 2 x 2, more than half the window of 3 x 3") == true)
    #expect(decode(kind, ["size": 2, "strides": 2]).problems.first?.contains("stride") == true)
  }

  @Test("refuse inputs that do not fit")
  func errors() {
    #expect(
      message([4], MaxPool2D(2)).contains(
        "max_pool2d takes an image [height, width, channels], found [4]"))
    let flat = message([28, 28], GlobalAveragePool2D())
    #expect(flat.contains("global_average_pool2d takes an image"))
    #expect(flat.contains("reshape: {shape: [28, 28, 1]}"))
    #expect(
      message([4, 1, 8], AveragePool2D(2)).contains(
        "average_pool2d's window of 2 x 2 is larger than its input [4, 1, 8]"))
    #expect(
      message([4, 1, 8], AveragePool2D(4, padding: 1)).contains("with a padding of 1 x 1"))
  }

  @Test("keep the winners in training only, a byte for each output")
  func memory() throws {
    func saved(_ layer: any Layer, isTraining: Bool, needsGradient: Bool) throws -> Int {
      let input: Shape = [18, 18, 3]
      return try layer.makeOperation(
        at: OperationSite(
          name: "pool", inputShapes: [input], outputShape: layer.outputShape(of: [input]),
          batch: 2, isTraining: isTraining, needsInputGradient: [needsGradient],
          biasIsIdle: false,
          precision: .float32, stream: ComputeStream())
      ).memory.savedCount
    }
    #expect(try saved(MaxPool2D(2), isTraining: true, needsGradient: true) == (2 * 81 * 3 + 3) / 4)
    #expect(try saved(MaxPool2D(2), isTraining: false, needsGradient: false) == 0)
    #expect(try saved(MaxPool2D(2), isTraining: true, needsGradient: false) == 0)
    // 324 positions need more than a byte.
    #expect(try saved(GlobalMaxPool2D(), isTraining: true, needsGradient: true) == 2 * 3)
    #expect(try saved(AveragePool2D(2), isTraining: true, needsGradient: true) == 0)
  }
}
