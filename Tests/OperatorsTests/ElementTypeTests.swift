import Operators
import Tensors
import Testing

/// The operators that take either type: on bfloat16 what they give on the same numbers in float32,
/// rounded.
@Suite("Operators on either type")
struct ElementTypeTests {
  private static let (rows, columns) = (4, 6)

  /// Runs an operator on both types; `inputs` and the outputs are [rows, columns].
  private func compare(
    _ name: String, inputs: Int = 2,
    _ body: (_ inputs: [ElementView], _ output: ElementView, _ floats: FloatView) -> Void
  ) {
    let count = Self.rows * Self.columns
    func run(_ type: ElementType) -> (output: [Float], floats: [Float]) {
      let storage = FloatStorage(count: 8 * 64)
      return withExtendedLifetime(storage) {
        let room = ElementView(storage.view[0..<count])
        let floats = storage.view[64..<(64 + 2 * Self.columns)]
        floats.copy(from: (0..<floats.count).map { 0.25 * Float($0 % 5) - 0.5 })
        let output = ElementView(storage.view[128..<192], count: count, type: type)
        let views = (0..<inputs).map { index in
          let view = ElementView(
            storage.view[(192 + 64 * index)..<(256 + 64 * index)], count: count, type: type)
          // Exact in bfloat16.
          room.floats.copy(from: (0..<count).map { Float(($0 * 7 + index * 5) % 13 - 6) / 4 })
          Elementwise.convert(room, into: view)
          return view
        }
        body(views, output, floats)
        Elementwise.convert(output, into: room)
        return (room.floats.array, floats.array)
      }
    }
    let (float, half) = (run(.float32), run(.bfloat16))
    #expect(half.floats == float.floats, "\(name)")
    #expect(float.output.contains { $0 != 0 }, "\(name)")
    for (a, b) in zip(half.output, float.output) {
      // Half a step of eight bits.
      #expect(abs(a - b) <= abs(b) / 256, "\(name): \(a) against \(b)")
    }
  }

  @Test("give the same numbers, rounded")
  func operators() {
    let columns = Self.columns
    compare("add row") { inputs, output, floats in
      Elementwise.add(row: floats[0..<columns], toRows: inputs[0], into: output)
    }
    compare("multiply") { inputs, output, _ in
      Elementwise.multiply(inputs[0], inputs[1], into: output)
    }
    compare("sum", inputs: 3) { inputs, output, _ in
      OrderedSum(inputs, into: output).execute()
    }
    compare("columns") { inputs, output, _ in
      let half = inputs[0].count / 2
      Elementwise.extractColumns(
        of: inputs[0], into: inputs[1][0..<half], rows: Self.rows, at: columns / 2)
      Elementwise.insertColumns(inputs[1][0..<half], into: output, rows: Self.rows, at: 0)
      Elementwise.insertColumns(
        inputs[1][0..<half], into: output, rows: Self.rows, at: columns / 2)
    }
    compare("relu") { inputs, output, _ in Activation.relu.forward(inputs[0], into: output) }
    compare("gelu") { inputs, output, _ in Activation.gelu.forward(inputs[0], into: output) }
    compare("gelu backward") { inputs, output, _ in
      Activation.gelu.backward(saved: inputs[0], gradient: inputs[1], into: output)
    }
    compare("bias gradient") { inputs, output, floats in
      Activation.relu.backward(
        saved: inputs[0], gradient: inputs[1], into: output, biasGradient: floats[0..<columns])
    }
    compare("softmax") { inputs, output, _ in
      SoftmaxFunction.forward(inputs[0], into: output, columns: columns)
    }
    compare("softmax backward") { inputs, output, _ in
      SoftmaxFunction.backward(
        output: inputs[0], gradient: inputs[1], into: output, columns: columns)
    }
    compare("dropout") { inputs, output, floats in
      let ids = (0..<UInt32(Self.rows)).map { $0 }
      unsafe ids.withUnsafeBufferPointer { ids in
        guard let base = ids.baseAddress else { return }
        unsafe DropoutFunction.forward(
          inputs[0], into: inputs[1], mask: floats, rows: Self.rows, rate: 0.5, key: (1, 2),
          step: 3, layer: 4, sampleIDs: base)
      }
      DropoutFunction.backward(gradient: inputs[1], mask: floats, into: output, rate: 0.5)
    }
    compare("embedding") { _, output, floats in
      let ids = floats[columns..<(columns + Self.rows)]
      ids.copy(from: [0, 0, 0, 0])
      EmbeddingFunction.forward(
        ids, weight: floats[0..<columns], into: output, columns: columns)
      EmbeddingFunction.backward(
        ids: ids, gradient: output, weightGradient: floats[0..<columns], columns: columns)
    }
  }

  @Test("normalize layers")
  func layerNorm() {
    let columns = Self.columns
    compare("layer norm") { inputs, output, floats in
      LayerNormFunction.forward(
        inputs[0], weight: floats[0..<columns], bias: floats[columns..<(2 * columns)],
        epsilon: 1e-5, into: output, saved: nil)
    }
    compare("layer norm backward") { inputs, output, floats in
      let storage = FloatStorage(count: 2 * Self.rows + 2 * columns)
      withExtendedLifetime(storage) {
        let saved = storage.view[0..<(2 * Self.rows)]
        let gradients = storage.view[saved.count..<storage.view.count]
        LayerNormFunction.forward(
          inputs[0], weight: floats[0..<columns], bias: floats[columns..<(2 * columns)],
          epsilon: 1e-5, into: output, saved: saved)
        LayerNormFunction.backward(
          input: inputs[0], weight: floats[0..<columns], saved: saved, gradient: inputs[1],
          into: output, weightGradient: gradients[0..<columns],
          biasGradient: gradients[columns..<(2 * columns)])
        floats.copy(from: gradients)
      }
    }
  }
}
