/// Lays out what `--help` shows: aligned columns, wrapped at a fixed width.
struct HelpText {
  /// The columns that help takes at most.
  static let width = 100

  private let programName: String

  /// Prepares the help of a program.
  init(programName: String) {
    self.programName = programName
  }

  /// The help of the program, or of a group of its commands.
  func program(
    abstract: String, commands: [CommandDeclaration], group: String? = nil
  ) -> String {
    let name = group.map { "\(programName) \($0)" } ?? programName
    var sections: [String] = []
    if group == nil { sections.append(Self.wrapped(abstract, indentation: 0)) }
    sections.append("usage: \(name) <command> [options]")
    sections.append("commands:\n" + Self.table(commands.map { ($0.name, $0.abstract) }))
    if group == nil {
      sections.append(
        "options:\n"
          + Self.table([
            ("-h, --help", "show this help"), ("    --version", "show the version"),
          ]))
    }
    sections.append(
      "Run `\(programName) <command> --help` for the options and examples of a command.")
    return sections.joined(separator: "\n\n") + "\n"
  }

  /// The help of a command.
  ///
  /// - Parameters:
  ///   - declaration: the command.
  ///   - commands: those of the program, of which the ones that add a word to it are named.
  /// - Returns: the text, with a line end at its end.
  func command(_ declaration: CommandDeclaration, among commands: [CommandDeclaration]) -> String {
    var sections = [
      Self.wrapped("\(programName) \(declaration.name): \(declaration.abstract)", indentation: 0),
      usage(of: declaration),
    ]
    if !declaration.discussion.isEmpty {
      let paragraphs = declaration.discussion.split(separator: "\n\n")
      sections += paragraphs.map { Self.wrapped(String($0), indentation: 0) }
    }
    if !declaration.arguments.isEmpty {
      let rows = declaration.arguments.map { ($0.name.uppercased(), $0.help) }
      sections.append("arguments:\n" + Self.table(rows))
    }
    let rows = declaration.options.map(Self.row) + [("-h, --help", "show this help")]
    sections.append("options:\n" + Self.table(rows))
    if !declaration.examples.isEmpty {
      let examples = declaration.examples.map {
        "  \($0.line)\n" + Self.wrapped($0.meaning, indentation: 6)
      }
      sections.append("examples:\n" + examples.joined(separator: "\n"))
    }
    let longer = commands.filter { $0.extends(declaration) }
    if !longer.isEmpty {
      sections.append("commands:\n" + Self.table(longer.map { ($0.name, $0.abstract) }))
    }
    return sections.joined(separator: "\n\n") + "\n"
  }

  /// `usage: lockstep train --config FILE [options] [DIR]`.
  private func usage(of declaration: CommandDeclaration) -> String {
    let required = declaration.options.filter(\.isRequired).map(\.usage)
    let words =
      ["usage:", programName, declaration.name] + required + ["[options]"]
      + declaration.arguments.map(\.usage)
    return words.joined(separator: " ")
  }

  /// An option's names, and its help with what the declaration adds to it.
  private static func row(_ option: OptionDeclaration) -> (String, String) {
    let short = option.short.map { "-\($0), " } ?? "    "
    var notes: [String] = []
    if option.isRequired { notes.append("required") }
    if option.isRepeatable { notes.append("may be repeated") }
    if let value = option.defaultValue { notes.append("default: \(value)") }
    if case .optionalValue(let placeholder, let implied) = option.kind, !implied.isEmpty {
      notes.append("\(placeholder) is \(implied) unless given")
    }
    let note = notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))"
    return (short + option.usage, option.help + note)
  }

  /// Two columns, the second one wrapped below itself.
  static func table(_ rows: [(String, String)]) -> String {
    // A very long name has its text below instead of pushing everybody's to the right.
    let limit = 34
    let column = rows.map(\.0.count).filter { $0 <= limit }.max() ?? 0
    return rows.map { name, text in
      let wrapped = wrapped(text, indentation: column + 4)
      if name.count > column { return "  \(name)\n\(wrapped)" }
      let gap = String(repeating: " ", count: column + 2 - name.count)
      return "  \(name)\(gap)\(wrapped.dropFirst(column + 4))"
    }.joined(separator: "\n")
  }

  /// Breaks a text into lines of at most ``width`` columns, each indented.
  static func wrapped(_ text: String, indentation: Int) -> String {
    let margin = String(repeating: " ", count: indentation)
    var lines: [String] = []
    var line = ""
    for word in text.split(whereSeparator: \.isWhitespace) {
      if !line.isEmpty, indentation + line.count + 1 + word.count > width {
        lines.append(margin + line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    lines.append(margin + line)
    return lines.joined(separator: "\n")
  }
}
