internal import RunRecords

/// A bar for the main effect of each parameter, the largest first, and one for interactions.
struct ImportanceChart {
  private let bars: [(name: String, share: Double, class: String)]

  /// Draws nothing yet.
  ///
  /// - Parameters:
  ///   - names: the parameters.
  ///   - mainEffects: their shares.
  ///   - interactions: what is left.
  init(_ names: [String], mainEffects: [Double], interactions: Double) {
    let order = mainEffects.indices.sorted {
      mainEffects[$0] == mainEffects[$1] ? $0 < $1 : mainEffects[$0] > mainEffects[$1]
    }
    bars =
      order.map { (names[$0], mainEffects[$0], "bar") }
      + [("interactions", interactions, "bar rest")]
  }

  /// The drawing; long names stand above their bars, short ones beside them.
  var drawing: Drawing {
    let isNameAbove = bars.contains { $0.name.count > Self.shortName }
    let (left, whole, rowHeight) = isNameAbove ? (2.0, 400.0, 44.0) : (208.0, 215.0, 28.0)
    var drawing = Drawing(width: 480, height: 4 + rowHeight * Double(bars.count))
    for (row, bar) in bars.enumerated() {
      let base = 17 + rowHeight * Double(row)
      let barTop = isNameAbove ? base + 5 : base - 13
      let width = whole * min(bar.share, 1)
      drawing.text(
        bar.name, at: Point(x: isNameAbove ? left : left - 8, y: base),
        isNameAbove ? .start : .end, class: "name", limit: 66)
      drawing.rectangle(
        at: Point(x: left, y: barTop), width: max(width, 1), height: 18, class: bar.class)
      drawing.text(
        NumberText.percent(bar.share), at: Point(x: left + width + 6, y: barTop + 13),
        class: "tick")
    }
    return drawing
  }

  /// The most characters of a name that has room beside its bar.
  private static let shortName = 28
}
