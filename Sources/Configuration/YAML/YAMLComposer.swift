import Options

/// Builds the tree of one YAML document out of its events.
///
/// Problems that leave the structure intact (a duplicate key, a tag) are reported and reading goes
/// on, so that one pass finds all of them.
struct YAMLComposer: ~Copyable {
  /// A value with what an alias to it would cost.
  struct Node {
    /// The value.
    var value: OptionValue
    /// How many values it holds, itself included.
    var count = 1
    /// How many lists and maps nest in it, itself included.
    var depth = 0
  }

  private var events: YAMLEventStream
  private let places: YAMLPlaces
  private let diagnostics: Diagnostics
  private var anchors: [String: Node] = [:]
  /// Anchors of the collections being read: an alias to one of them would never end.
  private var openAnchors: [String] = []
  private var depth = 0
  private var expansion = 0

  /// Starts to read a text; problems go to `diagnostics`.
  init(
    _ bytes: [UInt8], places: YAMLPlaces, diagnostics: Diagnostics
  ) throws(YAMLFailure) {
    do throws(YAMLSyntaxError) {
      events = try YAMLEventStream(bytes)
    } catch {
      throw .syntax(error)
    }
    self.places = places
    self.diagnostics = diagnostics
  }

  /// Reads the only document; a text without one is an empty map.
  mutating func document() throws(YAMLFailure) -> OptionValue {
    var root = OptionValue(.map([]), mark: places.mark(YAMLPosition(line: 0, column: 0)))
    var documents = 0
    while true {
      let event = try next()
      switch event.kind {
      case .streamEnd: return root
      case .documentStart:
        documents += 1
        guard documents == 1 else { throw .limit(severalDocuments(event)) }
        root = try node(try next()).value
      default: break
      }
    }
  }

  private mutating func next() throws(YAMLFailure) -> YAMLEvent {
    do throws(YAMLSyntaxError) {
      return try events.next()
    } catch {
      throw .syntax(error)
    }
  }

  private func severalDocuments(_ event: YAMLEvent) -> Diagnostic {
    Diagnostic(
      "a second document begins here; a configuration is one document",
      at: places.mark(from: event.start, to: event.end),
      hint: "remove the `---`, or put the second document in a file of its own")
  }

  /// Reads the value that begins with an event.
  private mutating func node(_ event: YAMLEvent) throws(YAMLFailure) -> Node {
    refuseTag(of: event)
    let mark = places.mark(from: event.start, to: event.end)
    let node: Node
    switch event.kind {
    case .alias(let name): return try alias(name, mark: mark)
    case .scalar(let text, let isQuoted):
      let isNull = !isQuoted && ScalarText.isNull(text)
      node = Node(
        value: OptionValue(isNull ? .null : .scalar(text, isQuoted: isQuoted), mark: mark))
    default:
      depth += 1
      defer { depth -= 1 }
      guard depth <= YAMLParser.maximumDepth else { throw .limit(tooDeep(at: mark)) }
      if let anchor = event.anchor { openAnchors.append(anchor) }
      defer { if event.anchor != nil { openAnchors.removeLast() } }
      if case .listStart = event.kind {
        node = try list(from: event)
      } else {
        node = try map(from: event)
      }
    }
    if let anchor = event.anchor { anchors[anchor] = node }
    return node
  }

  private mutating func list(from start: YAMLEvent) throws(YAMLFailure) -> Node {
    var node = Node(value: OptionValue(.null), depth: 1)
    var items: [OptionValue] = []
    while true {
      let event = try next()
      if case .listEnd = event.kind {
        let mark = mark(ofCollectionFrom: start, to: event, first: items.first?.mark)
        node.value = OptionValue(.list(items), mark: mark)
        return node
      }
      let item = try self.node(event)
      node.include(item)
      items.append(item.value)
    }
  }

  private mutating func map(from start: YAMLEvent) throws(YAMLFailure) -> Node {
    var node = Node(value: OptionValue(.null), depth: 1)
    var entries = YAMLMapEntries()
    while true {
      let event = try next()
      if case .mapEnd = event.kind {
        let mark = mark(ofCollectionFrom: start, to: event, first: entries.firstKeyMark)
        node.value = OptionValue(.map(entries.resolved()), mark: mark)
        return node
      }
      let keyMark = places.mark(from: event.start, to: event.end)
      let key = try key(event, mark: keyMark)
      let value = try self.node(try next())
      node.include(value)
      if let key {
        entries.add(key, mark: keyMark, value: value.value, diagnostics: diagnostics)
      }
    }
  }

  /// Flow collections are underlined from bracket to bracket, block ones at their first key or entry.
  private func mark(
    ofCollectionFrom start: YAMLEvent, to end: YAMLEvent, first: SourceMark?
  ) -> SourceMark {
    switch start.kind {
    case .listStart(isFlow: true), .mapStart(isFlow: true):
      return places.mark(from: start.start, to: end.end)
    default: return first ?? places.mark(start.start)
    }
  }

  /// Reads a key; nil after a problem was reported.
  private mutating func key(
    _ event: YAMLEvent, mark: SourceMark
  ) throws(YAMLFailure) -> YAMLMapEntries.Key? {
    switch event.kind {
    case .scalar(let text, let isQuoted):
      refuseTag(of: event)
      if let anchor = event.anchor {
        anchors[anchor] = Node(value: OptionValue(.scalar(text, isQuoted: isQuoted), mark: mark))
      }
      if text.isEmpty && !isQuoted {
        diagnostics.report(
          "a key is missing before this `:`", at: mark, hint: "write `name: value`")
        return nil
      }
      return text == "<<" && !isQuoted ? .merge : .name(text)
    case .alias:
      diagnostics.report("a key cannot be an alias", at: mark, hint: "write the key itself")
    default:
      _ = try node(event)
      diagnostics.report(
        "a key must be a text, found a list or a map", at: mark,
        hint: "put a text that begins with `[`, `{` or `?` in quotes")
    }
    return nil
  }

  /// Copies an anchor's value to where its alias stands.
  private mutating func alias(_ name: String, mark: SourceMark) throws(YAMLFailure) -> Node {
    if openAnchors.contains(name) {
      throw .limit(
        Diagnostic(
          "the alias `*\(name)` stands inside of its own anchor `&\(name)` and would never end",
          at: mark))
    }
    guard let node = anchors[name] else {
      let names = anchors.keys.sorted()
      let known = names.isEmpty ? "" : "anchors before this line: \(names.joined(separator: ", "))"
      let meant = Suggestion.nearest(to: name, among: names).map { "did you mean `*\($0)`? " } ?? ""
      diagnostics.report(
        "there is no anchor `&\(name)` before this alias", at: mark,
        hint: names.isEmpty ? "put a text that begins with `*` in quotes" : meant + known)
      return Node(value: OptionValue(.null, mark: mark))
    }
    expansion += node.count
    guard expansion <= YAMLParser.maximumExpansion else {
      throw .limit(
        Diagnostic(
          "aliases expand this text to more than \(YAMLParser.maximumExpansion) values", at: mark,
          hint: "aliases of aliases multiply; write the values out, or use fewer"))
    }
    guard depth + node.depth <= YAMLParser.maximumDepth else { throw .limit(tooDeep(at: mark)) }
    return node
  }

  private func tooDeep(at mark: SourceMark) -> Diagnostic {
    Diagnostic("lists and maps nest deeper than \(YAMLParser.maximumDepth) levels", at: mark)
  }

  private func refuseTag(of event: YAMLEvent) {
    guard let tag = event.tag else { return }
    diagnostics.report(
      "the tag `\(tag)` is not supported", at: places.mark(event.start),
      hint: "remove it: each option knows the type of its value; quote a text that begins with `!`")
  }
}

extension YAMLComposer.Node {
  /// Counts a value that this one holds.
  mutating func include(_ part: borrowing YAMLComposer.Node) {
    count += part.count
    depth = max(depth, part.depth + 1)
  }
}
