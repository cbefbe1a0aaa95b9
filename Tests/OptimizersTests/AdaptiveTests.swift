import Glibc
import Tensors
import Testing

@testable import Optimizers

@Suite("The other adaptive optimizers")
struct AdaptiveTests {
  @Test("take the first steps that one computes by hand")
  func byHand() {
    func steps(_ optimizer: any Optimizer, _ gradients: [Float], from start: Float = 0) -> [Float] {
      let run = Run(optimizer, parameters: [start])
      return gradients.enumerated().map { index, gradient in
        run.step(index + 1, gradient: [gradient])
        return run.parameters.view[0]
      }
    }
    func isClose(_ a: [Float], _ b: [Float]) -> Bool {
      a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-5 }
    }
    // The root of the sum of squares: 3, then 5.
    #expect(isClose(steps(Adagrad(learningRate: 15), [3, 4]), [-15, -27]))
    #expect(
      isClose(
        steps(Adagrad(learningRate: 15, initialAccumulatorValue: 7), [3, 3]), [-11.25, -20.25]))
    // The second step's rate is halved.
    #expect(isClose(steps(Adagrad(learningRate: 15, learningRateDecay: 1), [3, 4]), [-15, -21]))
    // The mean squares are 0.5, then 0.25 + 2 of 4.5.
    #expect(
      isClose(steps(RMSprop(learningRate: 0.5, alpha: 0.5), [1, 2]), [-0.70710678, -1.3737734]))
    // The variance of the first gradient alone is 0.5 - 0.25.
    #expect(
      isClose(steps(RMSprop(learningRate: 0.5, alpha: 0.5, centered: true), [1]), [-1]))
    // Directions 1 and 1 build up momentum: 1, then 0.5 + 1.
    #expect(
      isClose(
        steps(RMSprop(learningRate: 1, alpha: 0, momentum: 0.5), [3, 3]), [-1, -2.5]))
    // sqrt(1) / sqrt(0.5 + 1) of the gradient 1.
    #expect(
      isClose(steps(Adadelta(learningRate: 1, rho: 0.5, epsilon: 1), [1]), [-0.81649658]))
    // A large gradient is not forgotten: v falls from 4 to 1, its largest value stays 4.
    let adam = Adam(learningRate: 1, beta1: 0, beta2: 0, amsgrad: true)
    #expect(isClose(steps(adam, [2, 1]), [-1, -1.5]))
    // mu = 0.25 without decay, so 0.75 / 0.75 of the gradient and 0.25 / (1 - 0.0625) of the mean.
    let nadam = NAdam(learningRate: 1, beta1: 0.5, beta2: 0, momentumDecay: 0)
    #expect(isClose(steps(nadam, [2]), [-(1 + 0.25 / 0.9375 * 0.5)]))
  }

  @Test("keep a state under PyTorch's names")
  func stateNames() {
    #expect(RMSprop().stateNames == ["square_avg"])
    #expect(RMSprop(momentum: 0.9).stateNames == ["square_avg", "momentum_buffer"])
    #expect(RMSprop(centered: true).stateNames == ["square_avg", "grad_avg"])
    #expect(
      RMSprop(momentum: 0.9, centered: true).stateNames
        == ["square_avg", "momentum_buffer", "grad_avg"])
    #expect(Adagrad().stateNames == ["sum"])
    #expect(Adadelta().stateNames == ["square_avg", "acc_delta"])
    #expect(NAdam().stateNames == ["exp_avg", "exp_avg_sq"])
    #expect(Adam(amsgrad: true).stateNames == ["exp_avg", "exp_avg_sq", "max_exp_avg_sq"])
    #expect(AdamW(amsgrad: true).stateNames == ["exp_avg", "exp_avg_sq", "max_exp_avg_sq"])
  }

  @Test("do not take the root of a variance that rounding made negative")
  func constantGradient() {
    let run = Run(RMSprop(centered: true), parameters: [0, 0, 0])
    for step in 1...2_000 { run.step(step, gradient: [1, 0.1, 1e-3]) }
    #expect(run.parameters.view.array.allSatisfy { $0.isFinite })
  }

  @Test("start Adagrad's sums only once")
  func resumedAdagrad() {
    let run = Run(Adagrad(learningRate: 1, initialAccumulatorValue: 100), parameters: [0])
    run.buffers[0].view.fill(with: 5)
    run.step(5, gradient: [2])
    #expect(run.buffers[0].view[0] == 9)
  }

  @Test("know NAdam's products at any step", arguments: [0.0, 0.3, 0.9, 0.999, 0.99999])
  func momentumSchedule(beta: Double) {
    let schedule = MomentumSchedule(beta: beta, decay: 4e-3)
    var product = 1.0
    for step in 1...3_000 {
      let mu = beta * (1 - 0.5 * pow(0.96, Double(step) * 4e-3))
      product *= mu
      #expect(abs(schedule.mu(step) - mu) < 1e-13)
      #expect(abs(schedule.product(step) - product) < 1e-13)
    }
    // Far behind any table, and nearly 1: the product must be that of all steps all the same.
    let slow = MomentumSchedule(beta: 1 - 1e-9, decay: 1e9)
    #expect(slow.mu(1) == 1 - 1e-9)
    #expect(abs(slow.product(2_000_000) - exp(-2e-3)) < 1e-9)
  }

  @Test("compute powers of e as libm does")
  func exponential() {
    for x in [0, -1e-12, -1.6e-4, -0.3, -0.5, -0.51, -3, -40, -700] {
      #expect(abs(MomentumSchedule.exponential(x) / exp(x) - 1) < 1e-12)
    }
    #expect(MomentumSchedule.exponential(-1e9) == 0)
  }
}
