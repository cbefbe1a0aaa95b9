internal import Operators
internal import Options

/// The padding of an input before a window slides over it.
public enum ConvolutionPadding: Sendable, Equatable {
  /// None: the window stays inside the input.
  case valid
  /// As much as makes the output ceil(input / stride) long, the smaller half first.
  case same
  /// All of it before the first element, so that no output sees what comes later.
  case causal
  /// This much on both sides of each axis, in the order of the axes.
  case both([Int])

  /// Reads `padding`: a word, a number, or for several axes a list of one number each.
  ///
  /// - Parameters:
  ///   - options: the layer's options.
  ///   - axes: the number of axes.
  ///   - words: the words that are legal.
  init(of options: OptionReader, axes: Int, words: [String: ConvolutionPadding]) {
    self = .valid
    guard let value = options.value("padding") else { return }
    if case .scalar(let text, _) = value.content, ScalarText.integer(value) == nil {
      guard let padding = words[text] else {
        let names = words.keys.sorted()
        let meant = Suggestion.nearest(to: text, among: names)
        options.report(
          "`padding` of \(options.context) is `\(text)`, which is none of its values",
          for: "padding",
          hint: (meant.map { "did you mean `\($0)`? " } ?? "")
            + "known values: \(names.joined(separator: ", ")), or a number")
        return
      }
      self = padding
    } else {
      self = .both(options.perAxis("padding", axes: axes, default: 0, in: 0...))
    }
  }

  /// The axis that a window slides along.
  func axis(
    _ index: Int, input: Int, window: Int, stride: Int, dilation: Int
  ) -> WindowAxis {
    let reach = dilation * (window - 1) + 1
    let (before, after): (Int, Int)
    switch self {
    case .valid: (before, after) = (0, 0)
    case .same:
      let total = max(((input + stride - 1) / stride - 1) * stride + reach - input, 0)
      (before, after) = (total / 2, total - total / 2)
    case .causal: (before, after) = (reach - 1, 0)
    case .both(let sides): (before, after) = (sides[index], sides[index])
    }
    return WindowAxis(
      input: input, window: window, stride: stride, dilation: dilation, before: before,
      after: after)
  }
}

extension OptionReader {
  /// An option that is one number for every axis, or a list of one number each.
  ///
  /// - Parameters:
  ///   - key: its name.
  ///   - axes: the number of axes.
  ///   - fallback: the value where the key is absent; nil makes the option required.
  ///   - range: the legal values.
  /// - Returns: one number an axis, legal stand-ins after a problem was reported.
  func perAxis(
    _ key: String, axes: Int, default fallback: Int? = nil, in range: PartialRangeFrom<Int>
  ) -> [Int] {
    let standIn = [Int](repeating: fallback ?? range.lowerBound, count: axes)
    guard has(key) else {
      if fallback == nil { reportMissing(key) }
      return standIn
    }
    guard let numbers = integers(key, in: range) else { return standIn }
    if numbers.count == 1 { return [Int](repeating: numbers[0], count: axes) }
    if numbers.count == axes { return numbers }
    report(
      "`\(key)` of \(context) takes one number" + (axes > 1 ? " or \(axes)" : "")
        + ", found \(numbers.count)", for: key)
    return standIn
  }
}
