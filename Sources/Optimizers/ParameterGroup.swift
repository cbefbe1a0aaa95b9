public import Options

/// Tensors, chosen by their names, that are updated otherwise than the rest.
public struct ParameterGroup: Sendable {
  /// The tensors that belong to it, as far as no earlier group has them.
  public var match: [NamePattern]
  /// In place of the optimizer's weight decay; nil leaves it.
  public var weightDecay: Double?
  /// Multiplies the learning rate.
  public var learningRateFactor: Double
  /// Whether the tensors and their optimizer state stay as they are.
  public var isFrozen: Bool
  /// In place of the regularization's `l1`; nil leaves it.
  public var l1: Double?
  /// In place of the regularization's `l2`; nil leaves it.
  public var l2: Double?
  /// Where the group was written; nil for one made in code.
  public var mark: SourceMark?
  /// Where its weight decay was written.
  var weightDecayMark: SourceMark?

  /// Makes a group in code.
  ///
  /// - Parameters:
  ///   - match: patterns for the tensors' whole names: `*.bias`, `dense_1.*`.
  ///   - weightDecay: in place of the optimizer's; nil leaves it.
  ///   - learningRateFactor: multiplies the learning rate.
  ///   - isFrozen: whether the tensors stay as they are.
  ///   - l1: in place of the regularization's; nil leaves it.
  ///   - l2: in place of the regularization's; nil leaves it.
  public init(
    _ match: String..., weightDecay: Double? = nil, learningRateFactor: Double = 1,
    isFrozen: Bool = false, l1: Double? = nil, l2: Double? = nil
  ) {
    self.match = match.map { NamePattern($0) }
    self.weightDecay = weightDecay
    self.learningRateFactor = learningRateFactor
    self.isFrozen = isFrozen
    self.l1 = l1
    self.l2 = l2
  }

  /// Reads `match` (required), `weight_decay`, `learning_rate_factor`, `frozen`, `l1` and `l2`.
  public init(options: OptionReader) {
    mark = options.mark
    match = options.namePatterns("match") ?? []
    if !options.has("match") {
      options.reportMissing("match", hint: "write `match: \"*.bias\"`, or a list of patterns")
    }
    func optional(_ key: String) -> Double? {
      options.has(key) ? options.nonNegativeNumber(key) : nil
    }
    weightDecay = optional("weight_decay")
    weightDecayMark = options.mark(of: "weight_decay")
    learningRateFactor = options.nonNegativeNumber("learning_rate_factor", default: 1)
    isFrozen = options.boolean("frozen", default: false)
    l1 = optional("l1")
    l2 = optional("l2")
    if isFrozen {
      for key in ["weight_decay", "learning_rate_factor", "l1", "l2"] where options.has(key) {
        options.report(
          "`\(key)` of \(options.context) says nothing to tensors that are `frozen`", for: key,
          hint: "remove it, or `frozen`")
      }
    }
    options.finish()
  }
}

/// What a configuration says about updates beside the optimizer: groups and penalties.
public struct ParameterRules: Sendable {
  /// The groups; the first one that matches a tensor has it.
  public var groups: [ParameterGroup]
  /// The penalty on tensors of two or more axes; groups may say otherwise, of any tensor.
  public var regularization: Regularization

  /// Makes rules; none unless given.
  public init(groups: [ParameterGroup] = [], regularization: Regularization = Regularization()) {
    self.groups = groups
    self.regularization = regularization
  }

  /// Reads the keys `parameter_groups` and `regularization` of a configuration.
  ///
  /// - Parameter configuration: the whole configuration; it is not finished.
  public init(configuration: OptionReader) {
    let key = "parameter_groups"
    regularization = Regularization(options: configuration.section("regularization"))
    groups = []
    guard let value = configuration.value(key) else { return }
    guard case .list(let items) = value.content else {
      configuration.report(
        "`\(key)` takes a list of groups, found \(value.kindDescription)", for: key,
        hint: "write `- {match: \"*.bias\", weight_decay: 0}`")
      return
    }
    groups = items.map {
      ParameterGroup(
        options: OptionReader(
          $0, context: "a parameter group", diagnostics: configuration.diagnostics))
    }
  }
}
