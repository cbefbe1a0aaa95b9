/// The line of a ``SourceMark`` with the place underlined, as it stands below an error message.
///
/// Tabs, wide and combining characters are respected, control characters are made visible, and of a
/// very long line only the neighbourhood of the place is shown.
struct SourceExcerpt {
  /// The most columns of a line that are shown.
  static let maximumWidth = 120

  /// The line as it is shown.
  let line: String
  /// Blanks and carets, to stand below ``line``.
  let underline: String

  /// Prepares the line of a mark; nil where the source has no such line.
  init?(_ mark: SourceMark) {
    guard mark.source.lines.indices.contains(mark.line - 1) else { return nil }
    let scalars = Array(mark.source.lines[mark.line - 1].unicodeScalars)
    // A place behind the end, such as a missing value's, is underlined behind the line.
    let start = min(mark.column - 1, scalars.count)
    let end = min(start + mark.length, max(scalars.count, start + 1))
    let window = Self.window(count: scalars.count, start: start, end: end)

    var line = window.lowerBound > 0 ? "…" : ""
    var underline = window.lowerBound > 0 ? " " : ""
    for index in window {
      let shown = Self.shown(scalars[index])
      line.unicodeScalars.append(shown)
      let width = Self.width(of: shown)
      if index < start {
        underline += shown == "\t" ? "\t" : String(repeating: " ", count: width)
      } else if index < end {
        underline += String(repeating: "^", count: width)
      }
    }
    if window.upperBound < scalars.count { line += "…" }
    if !underline.hasSuffix("^") { underline += "^" }
    self.line = line
    self.underline = underline
  }

  /// The part of a line of `count` scalars that is shown when `start..<end` is underlined.
  private static func window(count: Int, start: Int, end: Int) -> Range<Int> {
    guard count > maximumWidth else { return 0..<count }
    let first = max(0, min(start - maximumWidth / 3, count - maximumWidth))
    return first..<min(count, first + maximumWidth)
  }

  /// A control character would move the cursor or color the terminal: it is shown as `�`.
  private static func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    scalar != "\t" && scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar
  }

  /// The columns that a terminal uses for a scalar: 0 for combining marks, 2 for East Asian wide ones.
  private static func width(of scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
