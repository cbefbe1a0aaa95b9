import Operators
import Tensors
import Testing

@testable import Networks

@Suite("The memory of a program")
struct ProgramMemoryTests {
  private func memory(
    _ model: ModelSpec, batch: Int = 16, loss: any Loss = MeanSquaredError(),
    mode: Program.Mode = .training(inputGradients: false)
  ) throws -> ProgramMemory {
    try CompiledProgram(
      graph: Graph(model), loss: loss, batch: batch, mode: mode, stream: ComputeStream()
    ).memory
  }

  @Test("of one linear layer: its input is kept; output, gradient and target come on top")
  func linear() throws {
    let memory = try memory(Sequential(input: [32]) { Dense(8) })
    #expect(memory.keptForBackward == 16 * 32 * 4)
    #expect(memory.workspace == 16 * (32 + 8 + 8 + 8) * 4)
    #expect(memory.ratio == 56.0 / 32)
  }

  @Test("of two layers: tanh keeps its output, which the next layer reads too, once")
  func shared() throws {
    let memory = try memory(
      Sequential(input: [32]) {
        Dense(64, activation: .tanh)
        Dense(8)
      })
    #expect(memory.keptForBackward == 16 * (32 + 64) * 4)
  }

  @Test("of gelu: what it saves and what the next layer reads are two")
  func saved() throws {
    let memory = try memory(
      Sequential(input: [32]) {
        Dense(64, activation: .gelu)
        Dense(8)
      })
    #expect(memory.keptForBackward == 16 * (32 + 64 + 64) * 4)
  }

  @Test("of dropout: a byte an element beside the values, whose room it shares where it can")
  func dropout() throws {
    let linear = try memory(
      Sequential(input: [32]) {
        Dense(64)
        Dropout(0.5)
        Dense(8)
      })
    #expect(linear.keptForBackward == 16 * (32 + 64 + 16) * 4)
    let tanh = try memory(
      Sequential(input: [32]) {
        Dense(64, activation: .tanh)
        Dropout(0.5)
        Dense(8)
      })
    #expect(tanh.keptForBackward == 16 * (32 + 64 + 64 + 16) * 4)
  }

  @Test("of views is that of what they look at, and of layers that no gradient reaches nothing")
  func views() throws {
    let memory = try memory(
      Sequential(input: [4, 8]) {
        ActivationLayer(.tanh)
        Flatten()
        Dense(8)
      })
    #expect(memory.keptForBackward == 16 * 32 * 4)
  }

  @Test("of inference keeps nothing for a backward pass, and reuses dead room")
  func inference() throws {
    let memory = try memory(
      Sequential(input: [32]) {
        Dense(64, activation: .gelu)
        Dense(32)
        Dense(64)
        Dense(32)
      }, mode: .inference)
    #expect(memory.keptForBackward == 0)
    #expect(memory.ratio == nil)
    // The target's room, and the two values that live at one time.
    #expect(memory.workspace == 16 * (32 + 32 + 64) * 4)
  }

  @Test("is never planned below what is kept")
  func bound() throws {
    for units in [1, 3, 17, 100] {
      let memory = try memory(
        Sequential(input: [5]) {
          Residual {
            Dense(units, activation: .gelu)
            LayerNorm()
            Dense(5)
          }
          Dense(2)
        }, batch: 7)
      #expect(memory.workspace >= memory.keptForBackward)
      #expect(memory.keptForBackward > 0)
    }
  }
}
