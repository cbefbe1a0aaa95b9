import CYAML

/// One step of a YAML text: a value, or where a collection begins or ends.
struct YAMLEvent {
  /// What happens.
  enum Kind {
    case documentStart
    case alias(String)
    case scalar(String, isQuoted: Bool)
    case listStart(isFlow: Bool)
    case listEnd
    case mapStart(isFlow: Bool)
    case mapEnd
    case streamEnd
    /// Bookkeeping that carries nothing: stream start, document end.
    case other
  }

  /// What happens.
  var kind: Kind
  /// The name after `&`; nil where there is none.
  var anchor: String?
  /// The tag after `!`; nil where there is none.
  var tag: String?
  /// Where it begins.
  var start: YAMLPosition
  /// Where it ends.
  var end: YAMLPosition
}

/// A place in a YAML text: a line and a column in Unicode scalars, both from 0.
struct YAMLPosition {
  var line: Int
  var column: Int

  init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  init(_ mark: yaml_mark_t) {
    line = mark.line
    column = mark.column
  }
}

/// What libyaml says about a text that is not YAML.
struct YAMLSyntaxError: Error {
  /// What it found, as libyaml words it.
  var problem: String
  /// Where it found it.
  var position: YAMLPosition
  /// What it was reading, as libyaml words it: `while parsing a block mapping`; empty if it does not say.
  var context: String
  /// Where that began.
  var contextPosition: YAMLPosition
}

extension YAMLEvent {
  /// Copies what matters out of libyaml's event.
  ///
  /// - Parameter event: an event that libyaml filled in, so that the union's member named by its
  ///   type is the one that is set.
  init(_ event: borrowing yaml_event_t) {
    kind = .other
    start = YAMLPosition(unsafe event.start_mark)
    end = YAMLPosition(unsafe event.end_mark)
    switch unsafe event.type {
    case YAML_DOCUMENT_START_EVENT: kind = .documentStart
    case YAML_ALIAS_EVENT: kind = .alias(unsafe Self.text(event.data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      let isPlain = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE
      kind = .scalar(unsafe String(decoding: bytes, as: UTF8.self), isQuoted: !isPlain)
      anchor = unsafe Self.text(scalar.anchor)
      tag = unsafe Self.text(scalar.tag)
    case YAML_SEQUENCE_START_EVENT:
      let isFlow = unsafe event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE
      kind = .listStart(isFlow: isFlow)
      anchor = unsafe Self.text(event.data.sequence_start.anchor)
      tag = unsafe Self.text(event.data.sequence_start.tag)
    case YAML_SEQUENCE_END_EVENT: kind = .listEnd
    case YAML_MAPPING_START_EVENT:
      let isFlow = unsafe event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
      kind = .mapStart(isFlow: isFlow)
      anchor = unsafe Self.text(event.data.mapping_start.anchor)
      tag = unsafe Self.text(event.data.mapping_start.tag)
    case YAML_MAPPING_END_EVENT: kind = .mapEnd
    case YAML_STREAM_END_EVENT: kind = .streamEnd
    default: break
    }
  }

  /// The text of a C string that may be absent.
  private static func text(_ bytes: UnsafePointer<UInt8>?) -> String? {
    guard let bytes = unsafe bytes else { return nil }
    return unsafe String(cString: bytes)
  }
}
