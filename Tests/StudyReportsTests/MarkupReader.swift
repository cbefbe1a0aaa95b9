/// A checker of well-formed markup: every element is closed in order, attributes are quoted, entities are known.
///
/// Pages are written so that they are XML but for their first line; style and script hold no markup.
struct MarkupReader {
  /// An element as it begins.
  struct Element {
    let name: String
    let attributes: [String: String]
  }

  /// What is wrong with a page, if anything.
  struct Fault: Error, CustomStringConvertible {
    let description: String
  }

  /// All elements in their order.
  private(set) var elements: [Element] = []
  /// All texts outside style and script, entities replaced.
  private(set) var texts: [String] = []
  private var open: [String] = []

  /// Reads a page; throws at the first fault.
  init(_ page: String) throws {
    let heading = "<!DOCTYPE html>\n"
    guard page.hasPrefix(heading) else { throw Fault(description: "no document type") }
    var rest = page.dropFirst(heading.count)
    while let start = rest.firstIndex(of: "<") {
      try addText(rest[..<start])
      guard let end = rest[start...].firstIndex(of: ">") else {
        throw Fault(description: "a tag does not end: \(rest[start...].prefix(80))")
      }
      try addTag(rest[rest.index(after: start)..<end])
      rest = rest[rest.index(after: end)...]
      // What stands in these is no markup.
      if let name = open.last, ["style", "script"].contains(name) {
        guard let close = rest.firstRange(of: "</\(name)>") else {
          throw Fault(description: "\(name) does not end")
        }
        rest = rest[close.lowerBound...]
      }
    }
    guard open.isEmpty else { throw Fault(description: "\(open) are not closed") }
  }

  private mutating func addText(_ text: Substring) throws {
    let plain = try Self.plain(text)
    if plain.contains(where: { !$0.isWhitespace }) { texts.append(plain) }
  }

  private mutating func addTag(_ tag: Substring) throws {
    if tag.first == "/" {
      guard open.popLast() == String(tag.dropFirst()) else {
        throw Fault(description: "</\(tag.dropFirst())> closes another element")
      }
      return
    }
    let isClosed = tag.last == "/"
    let body = isClosed ? tag.dropLast() : tag
    let name = body.prefix { $0 != " " }
    var attributes: [String: String] = [:]
    var rest = body.dropFirst(name.count).drop { $0 == " " }
    while !rest.isEmpty {
      guard let equals = rest.firstIndex(of: "="),
        rest[rest.index(after: equals)...].first == "\""
      else { throw Fault(description: "an attribute without quotes in <\(tag)>") }
      let key = String(rest[..<equals])
      let value = rest[equals...].dropFirst(2).prefix { $0 != "\"" }
      guard attributes.updateValue(try Self.plain(value), forKey: key) == nil else {
        throw Fault(description: "\(key) is twice in <\(tag)>")
      }
      rest = rest[value.endIndex...].dropFirst().drop { $0 == " " }
    }
    elements.append(Element(name: String(name), attributes: attributes))
    if !isClosed { open.append(String(name)) }
  }

  private static func plain(_ text: Substring) throws -> String {
    var plain = ""
    var rest = text
    while let ampersand = rest.firstIndex(of: "&") {
      plain += rest[..<ampersand]
      let entities = [
        "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": "\"", "&#39;": "'",
      ]
      guard
        let (entity, character) = entities.first(where: { rest[ampersand...].hasPrefix($0.key) })
      else { throw Fault(description: "a bare & in \(text)") }
      plain += character
      rest = rest[ampersand...].dropFirst(entity.count)
    }
    return plain + rest
  }
}
