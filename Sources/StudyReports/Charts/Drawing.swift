/// A place in a drawing.
struct Point: Equatable {
  /// From the left.
  let x: Double
  /// From the top.
  let y: Double
}

/// Where a text stands in relation to its place.
enum Anchor: String {
  /// It begins there.
  case start
  /// Its middle is there.
  case middle
  /// It ends there.
  case end
}

/// An SVG drawing that grows by elements; colours and fonts come from the page's style, by class.
struct Drawing {
  /// The width that coordinates refer to.
  let width: Double
  /// The height that coordinates refer to.
  let height: Double
  private var elements = ""

  /// The width of a character in the widest of usual fonts, on average: what room for texts is reckoned by.
  static let characterWidth = 7.0

  /// Begins an empty drawing.
  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// Draws a straight line.
  mutating func line(from start: Point, to end: Point, class name: String) {
    elements +=
      "<path class=\"\(name)\" d=\"M\(Self.pair(start))L\(Self.pair(end))\"/>"
  }

  /// Draws straight lines through points.
  ///
  /// - Parameters:
  ///   - parts: the points of each stretch; between stretches there is a gap.
  ///   - name: the class.
  ///   - title: what is shown under the pointer.
  mutating func path(_ parts: [[Point]], class name: String, title: String? = nil) {
    let steps = parts.map { "M" + $0.map(Self.pair).joined(separator: "L") }
    guard !steps.isEmpty else { return }
    elements += "<path class=\"\(name)\" d=\"\(steps.joined())\""
    close("path", title)
  }

  /// Draws a rectangle.
  ///
  /// - Parameters:
  ///   - corner: its top left corner.
  ///   - width: its width.
  ///   - height: its height.
  ///   - name: the class.
  ///   - title: what is shown under the pointer.
  mutating func rectangle(
    at corner: Point, width: Double, height: Double, class name: String, title: String? = nil
  ) {
    elements +=
      "<rect class=\"\(name)\" x=\"\(Self.number(corner.x))\" y=\"\(Self.number(corner.y))\" "
      + "width=\"\(Self.number(width))\" height=\"\(Self.number(height))\""
    close("rect", title)
  }

  /// Draws one of the page's symbols.
  mutating func symbol(_ symbol: Symbol, at place: Point, title: String? = nil) {
    elements +=
      "<use href=\"#\(symbol.rawValue)\" x=\"\(Self.number(place.x))\" "
      + "y=\"\(Self.number(place.y))\""
    close("use", title)
  }

  /// Writes a text.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - place: where its base line is.
  ///   - anchor: how it stands to the place.
  ///   - name: the class.
  ///   - limit: the most characters; of a longer text the whole is shown under the pointer.
  ///   - angle: degrees that it is turned by, clockwise.
  mutating func text(
    _ text: String, at place: Point, _ anchor: Anchor = .start, class name: String,
    limit: Int = .max, angle: Int = 0
  ) {
    let (x, y) = (Self.number(place.x), Self.number(place.y))
    let turn = angle == 0 ? "" : " transform=\"rotate(\(angle) \(x) \(y))\""
    let short = HTMLText.shortened(text, to: limit)
    let title = short == text ? "" : "<title>\(HTMLText.escaped(text))</title>"
    elements +=
      "<text class=\"\(name) \(anchor.rawValue)\" x=\"\(x)\" y=\"\(y)\"\(turn)>"
      + "\(title)\(HTMLText.escaped(short))</text>"
  }

  /// The drawing as an element of a page.
  ///
  /// - Parameters:
  ///   - label: what it shows, for those who do not see it.
  ///   - isFixed: whether it keeps its size where the page is narrower, to be scrolled.
  /// - Returns: the element `svg`.
  func svg(label: String, isFixed: Bool = false) -> String {
    let (width, height) = (Self.number(width), Self.number(height))
    let size = isFixed ? "width=\"\(width)\" height=\"\(height)\" " : ""
    return "<svg class=\"chart\" \(size)viewBox=\"0 0 \(width) \(height)\" "
      + "role=\"img\" aria-label=\"\(HTMLText.escaped(label))\">\(elements)</svg>"
  }

  private mutating func close(_ element: String, _ title: String?) {
    elements +=
      title.map { "><title>\(HTMLText.escaped($0))</title></\(element)>" } ?? "/>"
  }

  private static func pair(_ point: Point) -> String { "\(number(point.x)) \(number(point.y))" }

  /// A coordinate to a tenth, which no eye tells from the exact one.
  static func number(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    let fraction = tenths.magnitude % 10
    return "\(tenths < 0 ? "-" : "")\(tenths.magnitude / 10)"
      + (fraction == 0 ? "" : ".\(fraction)")
  }
}
