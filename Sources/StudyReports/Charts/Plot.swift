/// The rectangle of a drawing in which values are shown, with its axes.
struct Plot {
  /// The left border.
  let left: Double
  /// The right border.
  let right: Double
  /// The upper border.
  let top: Double
  /// The lower border.
  let bottom: Double

  /// The room that the labels of a vertical axis need left of it.
  static func margin(of ticks: [Tick]) -> Double {
    max(52, Double(ticks.map(\.label.count).max() ?? 0) * Drawing.characterWidth + 12)
  }

  /// The place of a value, by its places on both axes.
  func point(_ x: Double, _ y: Double) -> Point {
    Point(x: left + x * (right - left), y: bottom - y * (bottom - top))
  }

  /// Draws the vertical axis: a line across at each tick, the labels at the left, what it is above.
  func drawVerticalAxis(_ ticks: [Tick], title: String, in drawing: inout Drawing) {
    for tick in ticks {
      let y = point(0, tick.place).y
      drawing.line(from: Point(x: left, y: y), to: Point(x: right, y: y), class: "grid")
      drawing.text(tick.label, at: Point(x: left - 6, y: y + 4), .end, class: "tick")
    }
    drawing.text(
      title, at: Point(x: 2, y: top - 10), class: "axis",
      limit: Int((right - 2) / Drawing.characterWidth))
  }

  /// Draws the horizontal axis: a mark at each tick, its label below, what it is below them.
  ///
  /// - Parameters:
  ///   - ticks: the ticks.
  ///   - title: what the axis is.
  ///   - drawing: what it is drawn in.
  ///   - isSlanted: whether labels are slanted, as many long ones must be.
  func drawHorizontalAxis(
    _ ticks: [Tick], title: String, in drawing: inout Drawing, isSlanted: Bool = false
  ) {
    drawing.line(
      from: Point(x: left, y: bottom), to: Point(x: right, y: bottom), class: "border")
    for tick in ticks {
      let x = point(tick.place, 0).x
      drawing.line(from: Point(x: x, y: bottom), to: Point(x: x, y: bottom + 4), class: "border")
      if isSlanted {
        drawing.text(
          tick.label, at: Point(x: x + 4, y: bottom + 14), .end, class: "tick", limit: 12,
          angle: -35)
      } else {
        drawing.text(tick.label, at: Point(x: x, y: bottom + 16), .middle, class: "tick")
      }
    }
    drawing.text(
      title, at: Point(x: (left + right) / 2, y: bottom + (isSlanted ? 82 : 33)), .middle,
      class: "axis", limit: Int((right - left) / Drawing.characterWidth))
  }
}
