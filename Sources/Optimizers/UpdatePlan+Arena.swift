internal import CKernels
public import Tensors

extension UpdatePlan {
  /// Does one whole step of a whole arena on the calling thread.
  ///
  /// - Parameters:
  ///   - settings: the step's; its gradient scale is 1 / `weight`.
  ///   - weight: what the summed gradient is divided by.
  ///   - layout: the layout that the plan was made for.
  ///   - parameters: the parameters.
  ///   - gradients: the summed gradients; changed.
  ///   - state: the optimizer's state.
  public func stepArena(
    _ settings: StepSettings, weight: Double, layout: ArenaLayout, parameters: FloatView,
    gradients: FloatView, state: OptimizerState
  ) {
    let all = 0..<layout.parameterEnd
    let gradients = gradients[all]
    addPenalties(in: all, parameters: parameters, gradients: gradients, weight: weight)
    var clippedSettings = settings
    if needsNorm {
      let squares = zip(layout.entries, countsInNorm).map { entry, counts in
        counts ? unsafe ck_sum_squares(gradients[entry.range].pointer, entry.range.count) : 0
      }
      clippedSettings = clipped(settings, norm: squares.reduce(0, +).squareRoot())
    }
    step(clippedSettings, in: all, parameters: parameters, gradients: gradients, state: state)
    if !isLayerwise { return }
    applyDirections(
      settings, in: all, parameters: parameters, directions: gradients, state: state
    ) { tensor in
      let range = layout.entries[tensor].range
      return TensorNorms(
        parameters: norm(of: parameters[range]), direction: norm(of: gradients[range]))
    }
  }
}

extension StepSettings {
  /// The settings with the learning rate of a group.
  func scaled(by factor: Double) -> StepSettings {
    if factor == 1 { return self }
    var scaled = self
    scaled.learningRate = Float(Double(learningRate) * factor)
    return scaled
  }

  /// Applies the gradient scale, then holds every element between -limit and limit.
  ///
  /// - Returns: the settings for gradients that are scaled already.
  func clamping(_ gradients: FloatView, to limit: Float) -> StepSettings {
    unsafe ck_scale_clamp(gradients.pointer, gradients.count, gradientScale, limit)
    var scaled = self
    scaled.gradientScale = 1
    return scaled
  }
}

extension Regularization {
  /// Adds the penalty's gradient, times a factor.
  func addGradient(of parameters: FloatView, to gradients: FloatView, times factor: Double) {
    if isNone { return }
    unsafe ck_add_penalty(
      gradients.pointer, parameters.pointer, gradients.count, Float(l1 * factor),
      Float(l2 * factor))
  }
}
