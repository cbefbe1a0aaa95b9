package import Options

/// One value that is set in a configuration: `--set a.b.c=value` of the command line, or a key and a value from
/// elsewhere.
package struct Override {
  /// A name of the path, and where it stands in the argument.
  struct Component {
    var name: String
    var mark: SourceMark?
  }

  private static let option = "--set "

  private let path: [Component]
  private let value: OptionValue

  /// Parses the text after `--set`.
  ///
  /// - Parameters:
  ///   - text: `a.b.c=value`, the value in YAML; an empty one is null, which restores the default.
  ///   - folder: the absolute folder that relative paths in the value start from.
  /// - Throws: ``OptionsError`` where it is no assignment, or the value is no YAML.
  package init(_ text: String, folder: String?) throws(OptionsError) {
    let argument = Self.option + text
    let source = OptionSource(name: argument, text: argument, kind: .argument, folder: folder)
    let scalars = text.unicodeScalars
    guard let equals = scalars.firstIndex(of: "=") else {
      throw OptionsError(problems: [
        Diagnostic(
          "`\(text)` sets nothing",
          at: SourceMark(
            source: source, line: 1, column: Self.option.count + 1, length: scalars.count),
          hint: "write `--set key.of.option=value`")
      ])
    }
    path = try Self.components(of: scalars[..<equals], source: source)
    let value = String(scalars[scalars.index(after: equals)...])
    let column = Self.option.count + scalars.distance(from: scalars.startIndex, to: equals) + 1
    self.value =
      value.allSatisfy(\.isWhitespace)
      ? OptionValue(.null, mark: SourceMark(source: source, line: 1, column: column + 1))
      : try YAMLParser.parse(source, bytes: Array(value.utf8), column: column)
  }

  /// Sets a value that was written elsewhere.
  ///
  /// - Parameters:
  ///   - key: where it goes: `model.layers.0.dense.units`.
  ///   - value: the value.
  ///   - mark: where the key was written.
  /// - Throws: ``OptionsError`` where a name of the key is missing.
  package init(key: String, value: OptionValue, mark: SourceMark?) throws(OptionsError) {
    let names = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard names.allSatisfy({ !$0.isEmpty }), names.count <= YAMLParser.maximumDepth else {
      throw OptionsError(problems: [
        Diagnostic(
          "`\(key)` is no key of a configuration", at: mark,
          hint: "write the names on the way with dots between: `optimizer.adam.learning_rate`")
      ])
    }
    path = names.map { Component(name: $0, mark: mark) }
    self.value = value
  }

  private static func components(
    of path: Substring.UnicodeScalarView, source: OptionSource
  ) throws(OptionsError) -> [Component] {
    var components: [Component] = []
    var column = option.count + 1
    for name in path.split(separator: ".", omittingEmptySubsequences: false) {
      let mark = SourceMark(source: source, line: 1, column: column, length: name.count)
      guard !name.isEmpty else {
        throw OptionsError(problems: [
          Diagnostic(
            "a name is missing here", at: mark, hint: "write `--set key.of.option=value`")
        ])
      }
      components.append(Component(name: String(name), mark: mark))
      column += name.count + 1
    }
    guard components.count <= YAMLParser.maximumDepth else {
      throw OptionsError(problems: [
        Diagnostic(
          "this path is deeper than \(YAMLParser.maximumDepth) levels", at: components[0].mark)
      ])
    }
    return components
  }

  /// The configuration with this value set.
  ///
  /// - Throws: ``OptionsError`` where the path leads through something that is no map and no list.
  package func applied(to configuration: OptionValue) throws(OptionsError) -> OptionValue {
    do throws(Diagnostic) {
      if path[0].name == "extends" {
        throw Diagnostic(
          "`extends` cannot be set on the command line", at: path[0].mark,
          hint: "write it into the file")
      }
      return try set(in: configuration, at: 0)
    } catch {
      throw OptionsError(problems: [error])
    }
  }

  /// `value` with the path's components from `index` on set.
  private func set(in value: OptionValue, at index: Int) throws(Diagnostic) -> OptionValue {
    guard index < path.count else { return self.value }
    switch try opened(value, at: index).content {
    case .map(let entries): return try setEntry(of: entries, mark: value.mark, at: index)
    case .list(let items): return try setItem(of: items, mark: value.mark, at: index)
    case .null: return try setEntry(of: [], mark: path[index].mark, at: index)
    case .scalar:
      throw Diagnostic(
        "`\(name(upTo: index))` is \(value.kindDescription), so it has no `\(path[index].name)`",
        at: path[index].mark)
    }
  }

  private func setEntry(
    of entries: [OptionEntry], mark: SourceMark?, at index: Int
  ) throws(Diagnostic) -> OptionValue {
    var entries = entries
    let component = path[index]
    if let place = entries.firstIndex(where: { $0.key == component.name }) {
      entries[place].value = try set(in: entries[place].value, at: index + 1)
    } else {
      let none = OptionValue(.null, mark: component.mark)
      let value = try set(in: none, at: index + 1)
      entries.append(OptionEntry(key: component.name, keyMark: component.mark, value: value))
    }
    return OptionValue(.map(entries), mark: mark)
  }

  private func setItem(
    of items: [OptionValue], mark: SourceMark?, at index: Int
  ) throws(Diagnostic) -> OptionValue {
    let name = name(upTo: index)
    guard let position = Int(path[index].name), items.indices.contains(position) else {
      throw Diagnostic(
        items.isEmpty
          ? "`\(name)` is an empty list, so it has no `\(path[index].name)`"
          : "`\(name)` is a list of \(items.count): its entries are 0 to \(items.count - 1), "
            + "found `\(path[index].name)`",
        at: path[index].mark)
    }
    var items = items
    items[position] = try set(in: items[position], at: index + 1)
    return OptionValue(.list(items), mark: mark)
  }

  /// What the next component of the path is looked up in.
  ///
  /// A bare name opens as the name without options, and another kind of optimizer, loss or schedule
  /// replaces the one that is there.
  private func opened(_ value: OptionValue, at index: Int) throws(Diagnostic) -> OptionValue {
    let name = path[index].name
    let isKind = index == 1 && OptionMerge.kindKeys.contains(path[0].name)
    let empty = OptionValue(.map([]), mark: value.mark)
    switch value.content {
    case .scalar(let text, _) where text == name:
      let none = OptionValue(.null, mark: value.mark)
      return OptionValue(
        .map([OptionEntry(key: text, keyMark: value.mark, value: none)]), mark: value.mark)
    case .scalar(let text, _) where isKind:
      try refuseOption(of: text)
      return empty
    case .map(let entries) where isKind && entries.count == 1 && entries[0].key != name:
      try refuseOption(of: entries[0].key)
      return empty
    default: return value
    }
  }

  /// `optimizer.learning_rate=0.1` was meant to set an option of the kind that is there.
  private func refuseOption(of kind: String) throws(Diagnostic) {
    guard path.count == 2, case .scalar(let text, _) = value.content else { return }
    throw Diagnostic(
      "`\(path[0].name)` takes the name of a kind, and `\(path[1].name)` as one cannot be "
        + value.kindDescription,
      at: path[1].mark,
      hint: "did you mean `--set \(path[0].name).\(kind).\(path[1].name)=\(text)`?")
  }

  /// The path before a component, as text.
  private func name(upTo index: Int) -> String {
    index == 0 ? "the configuration" : path[..<index].map(\.name).joined(separator: ".")
  }
}
