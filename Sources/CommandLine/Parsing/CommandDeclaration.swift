/// What a command takes, in one table: parsing, help and did-you-mean all come from it.
struct CommandDeclaration: Sendable {
  /// Something that stands without a dash.
  struct Positional: Sendable {
    /// Its name in the help: `DIR`.
    let name: String
    /// What it is.
    let help: String
    /// Whether it must be given.
    var isRequired = true
  }

  /// Something that begins with dashes.
  struct Option: Sendable {
    /// The long name without dashes: `config`.
    let name: String
    /// A one-letter form.
    var short: Character?
    /// What its value is called in the help; nil for a flag without value.
    var value: String?
    /// Whether it may be given more than once.
    var isRepeatable = false
    /// Whether the value may be left out: `--resume` and `--resume=PATH`.
    var isValueOptional = false
    /// What it does, with its default.
    let help: String

    /// The option as the help shows it: `-c, --config FILE`.
    var usage: String {
      let value = value.map { isValueOptional ? "[=\($0)]" : " \($0)" } ?? ""
      return (short.map { "-\($0), " } ?? "    ") + "--\(name)\(value)"
    }
  }

  /// The command as it is typed: `train`, `config check`.
  let name: String
  /// What it does, in one line.
  let abstract: String
  /// More about it, after the options in the help; empty for nothing.
  var discussion = ""
  /// What stands without a dash, in order.
  var positionals: [Positional] = []
  /// What begins with dashes.
  var options: [Option] = []

  /// The options that every command takes.
  static let common = [Option(name: "help", short: "h", help: "show this help")]

  /// All options, the common ones last.
  var allOptions: [Option] { options + Self.common }

  /// The help of the command.
  var help: String {
    var usage = "usage: lockstep \(name)"
    for positional in positionals {
      usage += positional.isRequired ? " \(positional.name)" : " [\(positional.name)]"
    }
    usage += options.isEmpty ? "" : " [options]"
    var sections = [abstract, usage]
    if !positionals.isEmpty {
      sections.append(Self.columns(positionals.map { ("  " + $0.name, $0.help) }))
    }
    sections.append(
      "options:\n" + Self.columns(allOptions.map { ("  " + $0.usage, $0.help) }))
    if !discussion.isEmpty { sections.append(discussion) }
    return sections.joined(separator: "\n\n")
  }

  /// Two aligned columns, a line a row.
  static func columns(_ rows: [(String, String)]) -> String {
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { left, right in
      left + String(repeating: " ", count: width - left.count + 2) + right
    }.joined(separator: "\n")
  }
}
