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

  /// The drawing.
  var drawing: Drawing {
    let rowHeight = 28.0
    var drawing = Drawing(width: 480, height: 4 + rowHeight * Double(bars.count))
    for (row, bar) in bars.enumerated() {
      let top = rowHeight * Double(row)
      let width = 230 * min(bar.share, 1)
      drawing.text(
        bar.name, at: Point(x: 180, y: top + 17), .end,
        class: row + 1 < bars.count ? "name" : "name rest",
        limit: 28)
      drawing.rectangle(
        at: Point(x: 188, y: top + 4), width: max(width, 1), height: 18, class: bar.class)
      drawing.text(
        NumberText.percent(bar.share), at: Point(x: 194 + width, y: top + 17), class: "tick")
    }
    return drawing
  }
}
