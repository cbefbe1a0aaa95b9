public import Testing

/// Records an issue unless every element is near what is expected.
///
/// An element is near where `|actual - expected| <= absolute + relative |expected|`; equal infinities
/// are near, a NaN is near nothing.
public func expectClose(
  _ actual: [Float], _ expected: [Float], relative: Float = 1e-5, absolute: Float = 1e-6,
  _ comment: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count else {
    Issue.record(
      "\(actual.count) elements, expected \(expected.count) \(comment())",
      sourceLocation: sourceLocation)
    return
  }
  for (index, (a, e)) in zip(actual, expected).enumerated() where a != e {
    guard abs(a - e) <= absolute + relative * abs(e) else {
      Issue.record(
        "element \(index) is \(a), expected \(e) \(comment())", sourceLocation: sourceLocation)
      return
    }
  }
}
