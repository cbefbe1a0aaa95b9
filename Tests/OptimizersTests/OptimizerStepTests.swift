import Glibc
import Optimizers
import Tensors
import Testing

@Suite struct OptimizerStepTests {
  static let all: [any Optimizer] = [
    SGD(learningRate: 0.1), SGD(learningRate: 0.1, weightDecay: 0.01),
    SGD(learningRate: 0.1, momentum: 0.9),
    SGD(learningRate: 0.1, momentum: 0.9, dampening: 0.1, weightDecay: 0.02),
    SGD(learningRate: 0.1, momentum: 0.9, nesterov: true),
    Adam(learningRate: 0.01), Adam(learningRate: 0.01, beta1: 0.8, beta2: 0.99, weightDecay: 0.1),
    AdamW(learningRate: 0.01, weightDecay: 0.1), AdamW(learningRate: 0.01, epsilon: 1e-3),
    Adam(learningRate: 0.01, beta2: 0.5, weightDecay: 0.1, amsgrad: true),
    AdamW(learningRate: 0.01, beta2: 0.5, amsgrad: true),
    NAdam(learningRate: 0.01), NAdam(beta1: 0.8, beta2: 0.9, weightDecay: 0.1, momentumDecay: 2),
    RMSprop(learningRate: 0.01), RMSprop(learningRate: 0.01, alpha: 0.9, weightDecay: 0.1),
    RMSprop(learningRate: 0.01, momentum: 0.9),
    RMSprop(learningRate: 0.01, epsilon: 1e-3, centered: true),
    RMSprop(learningRate: 0.01, epsilon: 1e-3, momentum: 0.5, centered: true, weightDecay: 0.1),
    Adagrad(learningRate: 0.1),
    Adagrad(learningRate: 0.1, learningRateDecay: 0.1, weightDecay: 0.1),
    Adadelta(), Adadelta(learningRate: 0.5, rho: 0.8, epsilon: 1e-3, weightDecay: 0.1),
  ]

  private static func reference(
    _ optimizer: any Optimizer, _ start: Double, _ gradients: [Double]
  ) -> [Double] {
    switch optimizer {
    case let sgd as SGD: return ReferenceOptimizer.sgd(sgd, start, gradients: gradients)
    case let adam as Adam where adam.amsgrad:
      return ReferenceOptimizer.amsgrad(
        learningRate: adam.learningRate, betas: (adam.beta1, adam.beta2), epsilon: adam.epsilon,
        decay: adam.weightDecay, decoupled: false, start, gradients: gradients)
    case let adam as AdamW where adam.amsgrad:
      return ReferenceOptimizer.amsgrad(
        learningRate: adam.learningRate, betas: (adam.beta1, adam.beta2), epsilon: adam.epsilon,
        decay: adam.weightDecay, decoupled: true, start, gradients: gradients)
    case let nadam as NAdam:
      let momenta = (1...gradients.count + 1).map {
        pow(0.96, Double($0) * nadam.momentumDecay)
      }
      return ReferenceOptimizer.nadam(nadam, momenta: momenta, start, gradients: gradients)
    case let rmsprop as RMSprop:
      return ReferenceOptimizer.rmsprop(rmsprop, start, gradients: gradients)
    case let adagrad as Adagrad:
      return ReferenceOptimizer.adagrad(adagrad, start, gradients: gradients)
    case let adadelta as Adadelta:
      return ReferenceOptimizer.adadelta(adadelta, start, gradients: gradients)
    case let adam as Adam:
      return ReferenceOptimizer.adam(
        learningRate: adam.learningRate, betas: (adam.beta1, adam.beta2), epsilon: adam.epsilon,
        decay: adam.weightDecay, decoupled: false, start, gradients: gradients)
    case let adam as AdamW:
      return ReferenceOptimizer.adam(
        learningRate: adam.learningRate, betas: (adam.beta1, adam.beta2), epsilon: adam.epsilon,
        decay: adam.weightDecay, decoupled: true, start, gradients: gradients)
    default: return []
    }
  }

  @Test("ten steps follow PyTorch's formulas", arguments: all.indices)
  func followsReference(index: Int) {
    let optimizer = Self.all[index]
    let start = numbers(37, seed: 1)
    let gradients = (0..<10).map { numbers(37, seed: UInt64(2 + $0)) }
    let run = Run(optimizer, parameters: start)
    var after: [[Float]] = []
    for (step, gradient) in gradients.enumerated() {
      run.step(step + 1, gradient: gradient)
      after.append(run.parameters.view.array)
    }
    for element in 0..<37 {
      let expected = Self.reference(
        optimizer, Double(start[element]), gradients.map { Double($0[element]) })
      for step in 0..<10 {
        let error = abs(Double(after[step][element]) - expected[step])
        #expect(error < 4e-6, "\(optimizer), step \(step + 1), element \(element): \(error)")
      }
    }
  }

  @Test("the first steps are what one computes by hand")
  func byHand() {
    let plain = Run(SGD(learningRate: 0.5), parameters: [1, -2])
    plain.step(1, gradient: [2, 4])
    #expect(plain.parameters.view.array == [0, -4])

    let momentum = Run(
      SGD(learningRate: 1, momentum: 0.5, dampening: 0.5), parameters: [0])
    momentum.step(1, gradient: [4])
    #expect(momentum.parameters.view.array == [-4])  // the buffer takes the whole gradient
    momentum.step(2, gradient: [4])
    #expect(momentum.parameters.view.array == [-8])  // 0.5 * 4 + 0.5 * 4

    let nesterov = Run(SGD(learningRate: 1, momentum: 0.5, nesterov: true), parameters: [0])
    nesterov.step(1, gradient: [4])
    #expect(nesterov.parameters.view.array == [-6])  // 4 + 0.5 * 4

    let decay = Run(SGD(learningRate: 0.5, weightDecay: 0.5), parameters: [8])
    decay.step(1, gradient: [0])
    #expect(decay.parameters.view.array == [6])

    // Adam's first step is the learning rate against the sign, whatever the gradient's size.
    let adam = Run(Adam(learningRate: 0.25), parameters: [1, 1])
    adam.step(1, gradient: [1e-3, -1e3])
    for (value, expected) in zip(adam.parameters.view.array, [Float(0.75), 1.25]) {
      #expect(abs(value - expected) < 1e-5)
    }

    // 1 - beta2 is taken in double: in float it would be off by 5e-5.
    let means = Run(Adam(), parameters: [0])
    means.step(1, gradient: [1])
    #expect(abs(means.buffers[0].view[0] - 0.1) < 1e-8)
    #expect(abs(means.buffers[1].view[0] - 0.001) < 1e-10)

    let adamW = Run(AdamW(learningRate: 0.5, weightDecay: 0.5), parameters: [8])
    adamW.step(1, gradient: [0])
    #expect(adamW.parameters.view.array == [6])
  }

  @Test("slices in any order give the bits of a whole step", arguments: all.indices)
  func slicesEqualWhole(index: Int) {
    let count = 1_000
    let start = numbers(count, seed: 20)
    let whole = Run(Self.all[index], parameters: start)
    let sliced = Run(Self.all[index], parameters: start)
    let stream = RandomStream(seed: 3, purpose: .noise)
    for step in 1...5 {
      let gradient = numbers(count, seed: UInt64(30 + step))
      let words = stream.words(UInt32(step))
      let cuts = [words.0, words.1, words.2, words.3].map { Int($0) % (count / 16) * 16 }
      let borders = ([0] + cuts + [count]).sorted()
      let ranges = zip(borders, borders.dropFirst()).map { $0..<$1 }
      whole.step(step, gradient: gradient, scale: 0.25)
      sliced.step(step, gradient: gradient, scale: 0.25, ranges: ranges.reversed())
    }
    #expect(whole.parameters.view.array == sliced.parameters.view.array)
    for (one, other) in zip(whole.buffers, sliced.buffers) {
      #expect(one.view.array == other.view.array)
    }
  }

  @Test("the gradient scale is a factor of the gradient", arguments: all.indices)
  func gradientScale(index: Int) {
    let start = numbers(50, seed: 40)
    let scaled = Run(Self.all[index], parameters: start)
    let plain = Run(Self.all[index], parameters: start)
    for step in 1...3 {
      let gradient = numbers(50, seed: UInt64(50 + step))
      scaled.step(step, gradient: gradient.map { $0 * 8 }, scale: 0.125)
      plain.step(step, gradient: gradient)
    }
    #expect(scaled.parameters.view.array == plain.parameters.view.array)
  }

  @Test("a gap of the arena stays zero", arguments: all.indices)
  func gapsStayZero(index: Int) {
    let run = Run(Self.all[index], parameters: [Float](repeating: 0, count: 20))
    for step in 1...4 { run.step(step, gradient: [Float](repeating: 0, count: 20)) }
    for storage in [run.parameters] + run.buffers {
      #expect(storage.view.array.allSatisfy { $0 == 0 })
    }
  }

  @Test("a resumed run does not start momentum over")
  func resumedMomentum() {
    let run = Run(SGD(learningRate: 1, momentum: 0.5), parameters: [0])
    run.buffers[0].view.fill(with: 2)
    run.step(5, gradient: [1])
    #expect(run.parameters.view.array == [-2])
  }

  @Test("states have PyTorch's names")
  func stateNames() {
    #expect(SGD(learningRate: 1).stateNames == [])
    #expect(SGD(learningRate: 1, momentum: 0.9).stateNames == ["momentum_buffer"])
    #expect(Adam().stateNames == ["exp_avg", "exp_avg_sq"])
    #expect(AdamW().stateNames == ["exp_avg", "exp_avg_sq"])
  }

  @Test("a state of another size stops the program")
  func wrongState() async {
    await #expect(processExitsWith: .failure) {
      let storage = FloatStorage(count: 16)
      Adam().step(
        StepSettings(step: 1, learningRate: 1), parameters: storage.view,
        gradients: storage.view, state: OptimizerState(storage.view))
    }
  }
}
