import Configuration
import Operators
import Options
import Tensors
import Testing

@testable import Networks

@Suite("Convolutions as layers")
struct ConvolutionLayerTests {
  /// The output of a layer written in YAML, or what is wrong with it.
  private func shape(_ layer: String, of input: Shape) throws -> Shape {
    let diagnostics = Diagnostics()
    let tree = try YAMLParser.parse("layers: [\(layer)]", name: "model.yaml")
    var model = ModelSpec(
      options: OptionReader(tree, context: "the model", diagnostics: diagnostics))
    try diagnostics.throwIfAny()
    model.inputs = [ModelSpec.Input(name: "input", shape: input)]
    return try Graph(model).outputShape
  }

  @Test(
    "give images of the right sizes",
    arguments: [
      ("conv2d: {filters: 4, kernel: 3}", [5, 6, 4]),
      ("conv2d: {filters: 4, kernel: [1, 3]}", [7, 6, 4]),
      ("conv2d: {filters: 4, kernel: 3, padding: same}", [7, 8, 4]),
      ("conv2d: {filters: 4, kernel: 4, padding: same, stride: 2}", [4, 4, 4]),
      ("conv2d: {filters: 4, kernel: 3, padding: 1, stride: [2, 1]}", [4, 8, 4]),
      ("conv2d: {filters: 4, kernel: 3, padding: [0, 2]}", [5, 10, 4]),
      ("conv2d: {filters: 4, kernel: 3, dilation: 2}", [3, 4, 4]),
      ("conv2d: {filters: 4, kernel: 3, groups: 2, activation: softmax}", [5, 6, 4]),
    ])
  func images(layer: String, expected: [Int]) throws {
    #expect(try shape("{\(layer)}", of: [7, 8, 2]) == Shape(expected))
  }

  @Test(
    "give sequences of the right length",
    arguments: [
      ("conv1d: {filters: 5, kernel: 3}", 10), ("conv1d: {filters: 5, kernel: 3, padding: 2}", 14),
      ("conv1d: {filters: 5, kernel: 3, padding: same, stride: 5}", 3),
      ("conv1d: {filters: 5, kernel: 3, padding: causal, dilation: 3}", 12),
    ])
  func sequences(layer: String, time: Int) throws {
    #expect(try shape("{\(layer)}", of: [12, 3]) == [time, 5])
  }

  @Test(
    "say what is wrong",
    arguments: [
      ("conv2d: {filters: 4, kernel: 9}", "the window reaches over 9, but the padded input is 7"),
      ("conv2d: {filters: 4, kernel: 3, padding: sam}", "did you mean `same`?"),
      ("conv2d: {filters: 4, kernel: 3, padding: causal}", "known values: same, valid"),
      ("conv2d: {filters: 4, kernel: [1, 2, 3]}", "takes one number or 2, found 3"),
      ("conv2d: {filters: 4, kernel: 3, padding: -1}", "whole numbers from 0"),
      ("conv2d: {filters: 4}", "kernel"), ("conv2d: {kernel: 3}", "filters"),
      ("conv2d: {filters: 4, kernel: 3, groups: 3}", "does not divide its 4 filters"),
      (
        "conv2d: {filters: 9, kernel: 3, groups: 3}",
        "3 groups do not divide the input's 2 channels"
      ),
      ("conv2d: {filters: 4, kernel: 0}", "whole numbers from 1"),
      ("conv1d: {filters: 4, kernel: 3}", "takes sequences [time, channels], found [7, 8, 2]"),
    ])
  func problems(layer: String, message: String) throws {
    let error = #expect(throws: OptionsError.self) {
      _ = try shape("{\(layer)}", of: [7, 8, 2])
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test("have PyTorch's parameters")
  func parameters() throws {
    let layer = Conv2D(6, kernel: Extent2D(height: 3, width: 5), groups: 2)
    let parameters = layer.parameters(of: [[9, 9, 4]])
    #expect(parameters.map(\.name) == ["weight", "bias"])
    #expect(parameters.map(\.shape) == [[6, 2, 3, 5], [6]])
    #expect(parameters[0].fanIn == 30 && parameters[0].fanOut == 90)
    #expect(layer.multiplyAdds(of: [[9, 9, 4]]) == 7 * 5 * 6 * 30)
    #expect(
      Conv1D(6, kernel: 3, bias: false).parameters(of: [[9, 4]]).map(\.shape) == [[6, 4, 3]])
  }
}
