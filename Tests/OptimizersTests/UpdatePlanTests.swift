import Optimizers
import Options
import Tensors
import Testing

/// An optimizer without weight decay, which moves every parameter by the learning rate.
private struct Drift: Optimizer {
  static var kind: String { "drift" }
  var learningRate = 1.0
  var stateNames: [String] { [] }

  init() {}
  init(options: OptionReader) {}

  func step(
    _ settings: StepSettings, parameters: FloatView, gradients: FloatView, state: OptimizerState
  ) {
    for index in 0..<parameters.count { parameters[index] -= settings.learningRate }
  }
}

@Suite("The plan of updates")
struct UpdatePlanTests {
  static let layout = ArenaLayout(executionOrder: [
    ("dense_1.weight", [5, 3]), ("dense_1.bias", [5]), ("layer_norm_1.weight", [5]),
    ("layer_norm_1.bias", [5]), ("dense_2.weight", [4, 5]), ("dense_2.bias", [4]),
  ])

  /// Parameters, gradients and states of a whole arena, the gaps zero.
  private final class Arena {
    let plan: UpdatePlan
    let parameters = FloatStorage(count: layout.count)
    let gradients = FloatStorage(count: layout.count)
    let states: [FloatStorage]
    private let rate: Double

    init(
      _ optimizer: any Optimizer, _ rules: ParameterRules = ParameterRules(),
      clip: GradientClip? = nil
    ) throws {
      plan = try UpdatePlan(optimizer: optimizer, rules: rules, clip: clip, layout: layout)
      rate = optimizer.learningRate
      states = optimizer.stateNames.map { _ in FloatStorage(count: layout.count) }
      for (index, entry) in layout.entries.enumerated() {
        parameters.view[entry.range].copy(from: numbers(entry.shape.count, seed: UInt64(index)))
      }
    }

    /// Steps over the whole arena with gradients of a seed, which are 4 times the mean.
    func step(_ number: Int) {
      for (index, entry) in layout.entries.enumerated() {
        gradients.view[entry.range].copy(
          from: numbers(entry.shape.count, seed: UInt64(100 * number + index)))
      }
      plan.stepArena(
        StepSettings(step: number, learningRate: Float(rate), gradientScale: 0.25), weight: 4,
        layout: layout, parameters: parameters.view, gradients: gradients.view,
        state: OptimizerState(
          states.first?.view, states.count > 1 ? states[1].view : nil))
    }

    subscript(name: String) -> [Float] {
      layout[name].map { parameters.view[$0.range].array } ?? []
    }

    /// What an optimizer of its own makes of one tensor.
    static func alone(
      _ name: String, _ optimizer: any Optimizer, rate: Double? = nil, steps: Int
    ) -> [Float] {
      let index = layout.entries.firstIndex { $0.name == name } ?? 0
      let count = layout.entries[index].shape.count
      let run = Run(optimizer, parameters: numbers(count, seed: UInt64(index)))
      for step in 1...steps {
        run.gradients.view.copy(from: numbers(count, seed: UInt64(100 * step + index)))
        optimizer.step(
          StepSettings(
            step: step, learningRate: Float(rate ?? optimizer.learningRate), gradientScale: 0.25),
          parameters: run.parameters.view, gradients: run.gradients.view, state: run.state)
      }
      return run.parameters.view.array
    }
  }

  @Test("without rules is one segment, and the optimizer's own step")
  func noRules() throws {
    let arena = try Arena(Adam(learningRate: 0.1))
    #expect(arena.plan.segments.map(\.range) == [0..<Self.layout.count])
    #expect(arena.plan.countsInNorm.allSatisfy { $0 })
    for step in 1...3 { arena.step(step) }
    for entry in Self.layout.entries {
      let expected = Arena.alone(entry.name, Adam(learningRate: 0.1), steps: 3)
      #expect(arena[entry.name] == expected)
    }
  }

  @Test("gives each tensor to the first group that matches, and leaves the others")
  func groups() throws {
    let rules = ParameterRules(groups: [
      ParameterGroup("*.bias", "*norm*", weightDecay: 0),
      ParameterGroup("dense_1.*", isFrozen: true),
      ParameterGroup("dense_2.*", weightDecay: 0.5, learningRateFactor: 0.1),
    ])
    let adamW = AdamW(learningRate: 0.1, weightDecay: 0.2)
    let arena = try Arena(adamW, rules)
    let start = arena["dense_1.weight"]
    for step in 1...3 { arena.step(step) }
    #expect(arena["dense_1.weight"] == start)
    let range = try #require(Self.layout["dense_1.weight"]).range
    #expect(arena.states.allSatisfy { $0.view[range].array.allSatisfy { $0 == 0 } })
    for name in ["dense_1.bias", "layer_norm_1.weight", "layer_norm_1.bias", "dense_2.bias"] {
      let expected = Arena.alone(name, AdamW(learningRate: 0.1, weightDecay: 0), steps: 3)
      #expect(arena[name] == expected, "\(name)")
    }
    let slow = AdamW(learningRate: 0.1, weightDecay: 0.5)
    #expect(arena["dense_2.weight"] == Arena.alone("dense_2.weight", slow, rate: 0.01, steps: 3))
    #expect(
      zip(Self.layout.entries, arena.plan.countsInNorm).allSatisfy {
        $1 == ($0.name != "dense_1.weight")
      })
    // dense_2.bias; dense_2.weight; both of the normalization and dense_1.bias; dense_1.weight.
    #expect(arena.plan.segments.map(\.range) == [0..<16, 16..<48, 48..<96, 96..<112])
  }

  @Test("steps ranges in any order to the bits of the whole arena")
  func ranges() throws {
    let rules = ParameterRules(
      groups: [
        ParameterGroup("*.bias", weightDecay: 0), ParameterGroup("dense_1.*", isFrozen: true),
      ],
      regularization: Regularization(l1: 0.1, l2: 0.2))
    let clip = GradientClip(value: 0.1)
    let whole = try Arena(Adam(learningRate: 0.1, weightDecay: 0.1), rules, clip: clip)
    let cut = try Arena(Adam(learningRate: 0.1, weightDecay: 0.1), rules, clip: clip)
    whole.step(1)
    for (index, entry) in Self.layout.entries.enumerated() {
      cut.gradients.view[entry.range].copy(
        from: numbers(entry.shape.count, seed: UInt64(100 + index)))
    }
    for range in [80..<112, 16..<64, 0..<16, 64..<80] {
      cut.plan.addPenalties(
        in: range, parameters: cut.parameters.view, gradients: cut.gradients.view[range], weight: 4)
      cut.plan.step(
        StepSettings(step: 1, learningRate: 0.1, gradientScale: 0.25), in: range,
        parameters: cut.parameters.view, gradients: cut.gradients.view[range],
        state: OptimizerState(cut.states[0].view, cut.states[1].view))
    }
    #expect(whole.parameters.view.array == cut.parameters.view.array)
    #expect(whole.states.map(\.view.array) == cut.states.map(\.view.array))
  }

  @Test("adds penalties to tensors of two axes, and where groups say so")
  func penalties() throws {
    let rules = ParameterRules(
      groups: [
        ParameterGroup("dense_1.bias", l1: 0.25), ParameterGroup("dense_2.weight", l2: 0),
        ParameterGroup("layer_norm_1.*"),
      ], regularization: Regularization(l1: 0.5, l2: 0.125))
    let arena = try Arena(SGD(learningRate: 1), rules)
    func expected(_ name: String, l1: Double, l2: Double) -> [Float] {
      let index = Self.layout.entries.firstIndex { $0.name == name } ?? 0
      let count = Self.layout.entries[index].shape.count
      return zip(numbers(count, seed: UInt64(index)), numbers(count, seed: UInt64(100 + index)))
        .map { w, g in
          let w = Double(w)
          return Float(w - (Double(g) / 4 + l1 * (w > 0 ? 1 : w < 0 ? -1 : 0) + l2 * w))
        }
    }
    arena.step(1)
    for (name, l1, l2) in [
      ("dense_1.weight", 0.5, 0.125), ("dense_1.bias", 0.25, 0), ("layer_norm_1.weight", 0, 0),
      ("dense_2.weight", 0.5, 0), ("dense_2.bias", 0, 0),
    ] {
      for (value, other) in zip(arena[name], expected(name, l1: l1, l2: l2)) {
        #expect(abs(value - other) < 1e-6, "\(name)")
      }
    }
  }

  @Test("has no penalty on a weight of 0, and none where no sample has a weight")
  func zeroPenalty() throws {
    let rules = ParameterRules(regularization: Regularization(l1: 1, l2: 1))
    let arena = try Arena(SGD(learningRate: 1), rules)
    let before = arena.parameters.view.array
    arena.gradients.view.fill(with: 0)
    arena.plan.stepArena(
      StepSettings(step: 1, learningRate: 1, gradientScale: 0), weight: 0, layout: Self.layout,
      parameters: arena.parameters.view, gradients: arena.gradients.view, state: OptimizerState())
    #expect(arena.parameters.view.array == before)
    arena.parameters.view.fill(with: 0)
    arena.plan.stepArena(
      StepSettings(step: 1, learningRate: 1), weight: 1, layout: Self.layout,
      parameters: arena.parameters.view, gradients: arena.gradients.view, state: OptimizerState())
    #expect(arena.parameters.view.array.allSatisfy { $0 == 0 })
  }

  @Test("clips the gradient with its penalties and without frozen tensors")
  func clip() throws {
    let rules = ParameterRules(
      groups: [ParameterGroup("dense_1.*", "layer*", isFrozen: true)],
      regularization: Regularization(l2: 2))
    let arena = try Arena(SGD(learningRate: 1), rules, clip: GradientClip(norm: 0.5))
    let before = arena.parameters.view.array
    arena.step(1)
    let change = zip(before, arena.parameters.view.array).map { Double($0 - $1) }
    let norm = change.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(abs(norm - 0.5) < 1e-5)
    // Along the mean gradient and its penalty.
    let range = try #require(Self.layout["dense_2.weight"]).range
    let gradient = zip(numbers(20, seed: 101), before[range]).map { Double($0 / 4 + 2 * $1) }
    let ratio = change[range.lowerBound] / gradient[0]
    for (a, b) in zip(change[range], gradient) { #expect(abs(a - ratio * b) < 1e-5) }
  }

  @Test("scales layerwise steps by whole tensors, and those of one axis not at all")
  func layerwise() throws {
    let rules = ParameterRules(groups: [
      ParameterGroup("dense_2.bias", weightDecay: 0.5),
      ParameterGroup("dense_2.weight", learningRateFactor: 0.5),
    ])
    let lamb = LAMB(learningRate: 0.1, weightDecay: 0.25)
    let arena = try Arena(lamb, rules)
    for step in 1...3 { arena.step(step) }
    func isClose(_ name: String, _ expected: [Float]) -> Bool {
      zip(arena[name], expected).allSatisfy { abs($0 - $1) < 1e-6 }
    }
    #expect(isClose("dense_1.weight", Arena.alone("dense_1.weight", lamb, steps: 3)))
    #expect(isClose("dense_2.weight", Arena.alone("dense_2.weight", lamb, rate: 0.05, steps: 3)))
    // Without ratio LAMB is Adam, decay and all: AdamW takes it times the rate too.
    for name in ["dense_1.bias", "layer_norm_1.weight"] {
      let adam = Adam(learningRate: 0.1, epsilon: 1e-6)
      #expect(isClose(name, Arena.alone(name, adam, steps: 3)), "\(name)")
    }
    let adamW = AdamW(learningRate: 0.1, epsilon: 1e-6, weightDecay: 0.5)
    #expect(isClose("dense_2.bias", Arena.alone("dense_2.bias", adamW, steps: 3)))
  }

  private func problems(
    _ groups: [ParameterGroup], _ optimizer: any Optimizer = Adam()
  ) -> [Diagnostic] {
    do throws(OptionsError) {
      _ = try UpdatePlan(
        optimizer: optimizer, rules: ParameterRules(groups: groups), layout: Self.layout)
      return []
    } catch {
      return error.problems
    }
  }

  @Test("refuses patterns that match nothing, each with the nearest names")
  func noMatch() {
    let found = problems([ParameterGroup("*.bias", "dense_3.*"), ParameterGroup("dnese_1.weight")])
    #expect(
      found.map(\.message) == [
        "`dense_3.*` of a parameter group matches no tensor",
        "`dnese_1.weight` of a parameter group matches no tensor",
      ])
    #expect(
      found[0].hint?.hasPrefix("the nearest names are dense_1.weight, dense_1.bias, dense_2.")
        == true)
    #expect(found[1].hint?.hasPrefix("the nearest names are dense_1.weight, ") == true)
  }

  @Test("refuses a group whose tensors all belong to earlier ones")
  func nothingLeft() {
    let found = problems([ParameterGroup("dense*"), ParameterGroup("*1.bias", "dense_2.bias")])
    #expect(found.isEmpty, "layer_norm_1.bias is left")
    let taken = problems([ParameterGroup("dense*", "layer*"), ParameterGroup("*1.bias")])
    #expect(taken.map(\.message) == ["the parameter group of `*1.bias` is left without a tensor"])
    #expect(taken.first?.hint?.contains("that of `dense*`, `layer*`") == true)
  }

  @Test("refuses a weight decay for an optimizer that has none")
  func noDecay() throws {
    let found = problems([ParameterGroup("*.bias", weightDecay: 0)], Drift())
    #expect(
      found.map(\.message) == ["a parameter group sets `weight_decay`, but drift has none"])
    let arena = try Arena(
      Drift(),
      ParameterRules(groups: [
        ParameterGroup("*.bias", isFrozen: true),
        ParameterGroup("dense_1.*", learningRateFactor: 2),
      ]))
    let before = arena["dense_1.weight"]
    arena.step(1)
    #expect(arena["dense_1.weight"] == before.map { $0 - 2 })
  }
}
