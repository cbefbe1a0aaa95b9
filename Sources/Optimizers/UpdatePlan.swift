public import Options
public import Tensors

/// How every parameter is updated: the arena cut once into segments of one rule each.
///
/// It knows tensors by name and range only. What a step does to a range of the arena, in this order:
///
/// 1. ``addPenalties(in:parameters:gradients:weight:)``, after which the gradient's norm is taken;
/// 2. ``step(_:in:parameters:gradients:state:)`` with the settings that ``clipped(_:norm:)`` gives;
/// 3. only where ``isLayerwise``: ``applyDirections(_:in:parameters:directions:state:norms:)``, once
///    the norms of every tensor are known.
///
/// Ranges may be any cut of the arena, in any order; running statistics are left alone.
public struct UpdatePlan: Sendable {
  /// Bounds on the gradient; nil for none.
  public let clip: GradientClip?
  /// The segments, in the arena's order; together they are the arena's parameters.
  public let segments: [UpdateSegment]
  /// For each tensor of the arena whether its gradient is part of the norm.
  public let countsInNorm: [Bool]
  /// Whether the optimizer needs the norms of every tensor.
  public let isLayerwise: Bool
  private let hasPenalties: Bool

  /// Cuts an arena.
  ///
  /// - Parameters:
  ///   - optimizer: the optimizer.
  ///   - rules: the groups and penalties.
  ///   - clip: bounds on the gradient.
  ///   - layout: where each tensor lies.
  /// - Throws: `OptionsError` with every pattern that matches no tensor, every group left without
  ///   one, and every weight decay for an optimizer that has none.
  public init(
    optimizer: any Optimizer, rules: ParameterRules = ParameterRules(), clip: GradientClip? = nil,
    layout: ArenaLayout
  ) throws(OptionsError) {
    let owners = try Self.owners(rules.groups, optimizer, layout)
    let settings = zip(layout.entries, owners).map { entry, owner in
      TensorSettings(
        entry, group: owner.map { rules.groups[$0] }, regularization: rules.regularization)
    }
    let updates = zip(layout.entries, settings).enumerated().map { index, tensor in
      tensor.1.rule(optimizer, tensor: index, rank: tensor.0.shape.rank)
    }
    let isLayerwise = optimizer is any LayerwiseOptimizer
    var segments: [UpdateSegment] = []
    var start = 0
    for index in settings.indices {
      let isLast = index + 1 == settings.count
      // The trust ratio is one tensor's; all else does not care where tensors end.
      if !isLast, !isLayerwise, settings[index + 1] == settings[index] { continue }
      let end = isLast ? layout.parameterEnd : layout.entries[index + 1].offset
      segments.append(
        UpdateSegment(range: start..<end, rule: updates[index], penalty: settings[index].penalty))
      start = end
    }
    self.clip = clip
    self.segments = segments
    self.isLayerwise = isLayerwise
    countsInNorm = updates.map(\.countsInNorm)
    hasPenalties = segments.contains { !$0.penalty.isNone }
  }

  /// Whether a step needs the norm of the whole gradient.
  public var needsNorm: Bool { clip?.norm != nil }

  /// The settings of a step after clipping by norm.
  ///
  /// - Parameters:
  ///   - settings: the step's.
  ///   - norm: the norm of the summed gradient, before the gradient scale.
  /// - Returns: the settings, with a gradient scale that is never larger.
  public func clipped(_ settings: StepSettings, norm: Double) -> StepSettings {
    guard let clip else { return settings }
    var clipped = settings
    clipped.gradientScale *= Float(clip.factor(forNorm: norm * Double(settings.gradientScale)))
    return clipped
  }

  /// Adds the penalties' gradients to a range of the summed gradient.
  ///
  /// - Parameters:
  ///   - range: the range of the arena.
  ///   - parameters: the whole arena's parameters.
  ///   - gradients: the range's gradients.
  ///   - weight: what the summed gradient will be divided by.
  public func addPenalties(
    in range: Range<Int>, parameters: FloatView, gradients: FloatView, weight: Double
  ) {
    if !hasPenalties { return }
    forEachSegment(in: range) { segment, part, local in
      segment.penalty.addGradient(of: parameters[part], to: gradients[local], times: weight)
    }
  }

  /// Steps a range; with a layerwise optimizer, turns gradients into directions instead.
  ///
  /// - Parameters:
  ///   - settings: the step's, after ``clipped(_:norm:)``.
  ///   - range: the range of the arena.
  ///   - parameters: the whole arena's parameters.
  ///   - gradients: the range's gradients, which may be changed.
  ///   - state: the whole arena's state.
  public func step(
    _ settings: StepSettings, in range: Range<Int>, parameters: FloatView, gradients: FloatView,
    state: OptimizerState
  ) {
    forEachSegment(in: range) { segment, part, local in
      switch segment.rule {
      case .frozen: break
      case .optimizer(let optimizer, let factor):
        optimizer.step(
          clampedByValue(settings, gradients[local]).scaled(by: factor),
          parameters: parameters[part], gradients: gradients[local], state: state[part])
      case .layerwise(let optimizer, let factor, _):
        optimizer.makeDirections(
          clampedByValue(settings, gradients[local]).scaled(by: factor),
          parameters: parameters[part], gradients: gradients[local], state: state[part])
      }
    }
  }

  /// Moves the parameters of a range along the directions that the step's first half left.
  ///
  /// - Parameters:
  ///   - settings: the step's.
  ///   - range: the range of the arena.
  ///   - parameters: the whole arena's parameters.
  ///   - directions: the range's directions.
  ///   - state: the whole arena's state.
  ///   - norms: the norms of a tensor, by its index in the layout.
  public func applyDirections(
    _ settings: StepSettings, in range: Range<Int>, parameters: FloatView, directions: FloatView,
    state: OptimizerState, norms: (Int) -> TensorNorms
  ) {
    forEachSegment(in: range) { segment, part, local in
      guard case .layerwise(let optimizer, let factor, let tensor) = segment.rule else { return }
      optimizer.applyDirections(
        settings.scaled(by: factor),
        trustRatio: tensor.map { optimizer.checkedTrustRatio(norms($0)) } ?? 1,
        parameters: parameters[part], directions: directions[local], state: state[part])
    }
  }

  /// Scales and clamps gradients where they are bounded by value, which takes care of the scale.
  private func clampedByValue(_ settings: StepSettings, _ gradients: FloatView) -> StepSettings {
    guard let limit = clip?.value else { return settings }
    return settings.clamping(gradients, to: Float(limit))
  }

  /// Calls a closure with each segment of a range, its part of the range, and that part's place
  /// within the range.
  private func forEachSegment(
    in range: Range<Int>, _ body: (UpdateSegment, Range<Int>, Range<Int>) -> Void
  ) {
    var (index, end) = (0, segments.count)
    while index < end {
      let middle = (index + end) / 2
      if segments[middle].range.upperBound <= range.lowerBound {
        index = middle + 1
      } else {
        end = middle
      }
    }
    while index < segments.count, segments[index].range.lowerBound < range.upperBound {
      let part = segments[index].range.clamped(to: range)
      let start = part.lowerBound - range.lowerBound
      body(segments[index], part, start..<(start + part.count))
      index += 1
    }
  }
}
