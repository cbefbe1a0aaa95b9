import CYAML

/// Reads the events of a YAML text one after the other; owns libyaml's parser.
@safe
struct YAMLEventStream: ~Copyable {
  // The parser keeps addresses into itself and into the text, so both live on the heap until the end.
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let text: UnsafeMutableBufferPointer<UInt8>

  /// Starts to read a text.
  ///
  /// - Parameter bytes: the text in UTF-8, without byte order mark.
  /// - Throws: ``YAMLSyntaxError`` where libyaml has no memory.
  init(_ bytes: [UInt8]) throws(YAMLSyntaxError) {
    unsafe text = .allocate(capacity: bytes.count)
    _ = unsafe text.initialize(from: bytes)
    unsafe parser = .allocate(capacity: 1)
    unsafe parser.initialize(to: yaml_parser_t())
    guard unsafe yaml_parser_initialize(parser) == 1 else { throw unsafe Self.error(of: parser) }
    unsafe yaml_parser_set_input_string(parser, text.baseAddress, bytes.count)
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe text.deallocate()
  }

  /// The next event; after `streamEnd` there is none.
  ///
  /// - Throws: ``YAMLSyntaxError`` where the text is not YAML; the stream cannot be read further.
  mutating func next() throws(YAMLSyntaxError) -> YAMLEvent {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else {
      throw unsafe Self.error(of: parser)
    }
    defer { unsafe yaml_event_delete(&event) }
    return unsafe YAMLEvent(event)
  }

  /// What the parser says went wrong; its texts are constants of libyaml.
  private static func error(of parser: UnsafeMutablePointer<yaml_parser_t>) -> YAMLSyntaxError {
    let state = unsafe parser.pointee
    let problem = unsafe state.problem.map { unsafe String(cString: $0) } ?? "out of memory"
    let context = unsafe state.context.map { unsafe String(cString: $0) } ?? ""
    return unsafe YAMLSyntaxError(
      problem: problem, position: YAMLPosition(state.problem_mark), context: context,
      contextPosition: YAMLPosition(state.context_mark))
  }
}
