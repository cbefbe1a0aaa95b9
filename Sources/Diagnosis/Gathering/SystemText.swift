internal import DurableFiles

/// Short texts by which the system tells of itself, in `/proc` and `/sys`.
enum SystemText {
  /// The content of a file; nil where it is absent or not to be read.
  static func read(_ path: String) -> String? {
    // What a kernel or a container does not tell is not known, which is no error.
    guard let bytes = try? FileSystem().readUnsized(path) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A file's content without the white space around it; nil where it is absent.
  static func line(_ path: String) -> String? {
    read(path).map { text in
      let isSpace: (Character) -> Bool = { $0 == "\n" || $0 == " " || $0 == "\t" }
      return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
  }

  /// The value of a line `name: value` of a text; nil where there is none.
  static func field(_ name: String, in text: String?) -> String? {
    for line in (text ?? "").split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let key = line[..<colon].filter { $0 != "\t" && $0 != " " }
      guard key == name.filter({ $0 != " " }) else { continue }
      return String(line[line.index(after: colon)...].drop { $0 == "\t" || $0 == " " })
    }
    return nil
  }

  /// The numbers of a list of ranges: `0-2,5`.
  static func numbers(_ list: String) -> [Int] {
    list.split(separator: ",").flatMap { part -> [Int] in
      let ends = part.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first <= last else { return [] }
      return Array(first...last)
    }
  }
}
