/// Looks for gradients that vanish, explode or are dead, layer by layer.
///
/// A layer is all tensors whose names are alike up to the last dot. Its gradient is compared with its
/// own weights, since that says how far a step can move it, and with the layer of the largest gradient,
/// since at the end of a good run all gradients are small. Each kind of warning is given once for each
/// layer; ``summary`` counts them all.
public struct GradientWatch {
  /// A gradient vanishes below this share of its weights' norm: at a learning rate of 1 it would take
  /// a million steps to move them by their own size, and a step of 1e-2 is lost in float32's rounding.
  public static let vanishingToWeights = 1e-6
  /// A gradient vanishes only below this share of the largest layer's: less is the usual spread.
  public static let vanishingToLargest = 1e-4
  /// A gradient explodes above this multiple of its weights' norm, or of 1 where that is smaller.
  public static let explodingToWeights = 1e3
  /// A gradient explodes above this multiple of its median so far, if it also exceeds its weights'
  /// norm: late in a good run a single hard batch exceeds the median as far, but not the weights.
  public static let explodingToMedian = 100.0
  /// Looks that the median is taken over.
  public static let medianLooks = 32
  /// Looks before the median counts.
  public static let leastLooks = 5
  /// Looks in a row at which a gradient must vanish or be dead: one small batch may leave a layer out.
  public static let looksInARow = 2

  /// What is remembered of a layer.
  private struct History {
    var recent: [Double] = []
    /// The looks in a row of each kind, up to the last one.
    var row: [GradientWarning.Kind: Int] = [:]
    /// All looks of each kind.
    var found: [GradientWarning.Kind: Int] = [:]
  }

  private var names: [String] = []
  private var histories: [String: History] = [:]
  private var looks = 0

  /// Knows nothing yet.
  public init() {}

  /// Takes the norms of a step.
  ///
  /// - Returns: the warnings that were not given before, at most one of each kind.
  public mutating func look(at report: TensorNormsReport) -> [GradientWarning] {
    let layers = Self.layers(of: report)
    let largest = layers.map(\.gradient).max() ?? 0
    looks += 1
    var warnings: [GradientWarning] = []
    for kind in GradientWarning.Kind.allCases {
      let new = layers.filter { isNews($0, kind, largest: largest) }
      if !new.isEmpty {
        warnings.append(GradientWarning(kind: kind, layers: new, step: report.step))
      }
    }
    for layer in layers { remember(layer) }
    return warnings
  }

  /// How often what was found in which layer; nil where nothing was.
  public var summary: String? {
    let findings = GradientWarning.Kind.allCases.compactMap { kind -> String? in
      let layers = names.compactMap { name in
        histories[name]?.found[kind].map { "\(name) (\($0))" }
      }
      return layers.isEmpty ? nil : "\(kind) in " + layers.joined(separator: ", ")
    }
    if findings.isEmpty { return nil }
    return "gradients at \(looks) \(looks == 1 ? "look" : "looks"): "
      + findings.joined(separator: "; ")
  }

  /// Counts what a layer shows, and tells whether that is worth a warning now.
  private mutating func isNews(
    _ layer: GradientWarning.Layer, _ kind: GradientWarning.Kind, largest: Double
  ) -> Bool {
    var history = histories[layer.name] ?? History()
    defer { histories[layer.name] = history }
    let needed = kind == .exploding ? 1 : Self.looksInARow
    guard shows(layer, kind, history, largest: largest) else {
      history.row[kind] = nil
      return false
    }
    history.row[kind, default: 0] += 1
    guard history.row[kind, default: 0] >= needed else { return false }
    history.found[kind, default: 0] += 1
    return history.found[kind] == 1
  }

  private func shows(
    _ layer: GradientWarning.Layer, _ kind: GradientWarning.Kind, _ history: History,
    largest: Double
  ) -> Bool {
    let gradient = layer.gradient
    switch kind {
    case .dead: return gradient == 0 && largest > 0
    case .vanishing:
      return gradient > 0 && gradient < Self.vanishingToWeights * layer.weight
        && gradient < Self.vanishingToLargest * largest
    case .exploding:
      let size = max(layer.weight, 1)
      if gradient > Self.explodingToWeights * size { return true }
      guard history.recent.count >= Self.leastLooks else { return false }
      return gradient > Self.explodingToMedian * Self.median(history.recent) && gradient > size
    }
  }

  private mutating func remember(_ layer: GradientWarning.Layer) {
    if !names.contains(layer.name) { names.append(layer.name) }
    histories[layer.name, default: History()].recent.append(layer.gradient)
    if let count = histories[layer.name]?.recent.count, count > Self.medianLooks {
      histories[layer.name]?.recent.removeFirst()
    }
  }

  private static func median(_ values: [Double]) -> Double {
    values.sorted()[values.count / 2]
  }

  /// The layers of a report's tensors, in their order.
  private static func layers(of report: TensorNormsReport) -> [GradientWarning.Layer] {
    var names: [String] = []
    var squares: [String: (gradient: Double, weight: Double)] = [:]
    for tensor in report.tensors {
      let name = tensor.name.lastIndex(of: ".").map { String(tensor.name[..<$0]) } ?? tensor.name
      if squares[name] == nil { names.append(name) }
      let old = squares[name] ?? (0, 0)
      squares[name] = (
        old.gradient + tensor.gradient * tensor.gradient, old.weight + tensor.weight * tensor.weight
      )
    }
    return names.map { name in
      let sums = squares[name] ?? (0, 0)
      return GradientWarning.Layer(
        name: name, gradient: sums.gradient.squareRoot(), weight: sums.weight.squareRoot())
    }
  }
}
