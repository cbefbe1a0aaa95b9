/// A command's one table: what it is called, what it takes, and everything its help says.
package struct CommandDeclaration: Sendable {
  /// One or two words: `train`, `config check`.
  package let name: String
  /// What it does, as one line without a full stop: `train the network of a configuration`.
  package let abstract: String
  /// More about it, paragraphs separated by empty lines; may be empty.
  package let discussion: String
  /// What it takes by position, in order.
  package let arguments: [ArgumentDeclaration]
  /// What it takes by name; `--help` is every command's.
  package let options: [OptionDeclaration]
  /// Lines to copy.
  package let examples: [CommandExample]

  /// Declares a command.
  ///
  /// - Precondition: names are unique, and only the last positional argument is optional or repeatable.
  package init(
    name: String, abstract: String, discussion: String = "",
    arguments: [ArgumentDeclaration] = [], options: [OptionDeclaration] = [],
    examples: [CommandExample] = []
  ) {
    let long = options.map(\.name) + arguments.map(\.name)
    let short = options.compactMap(\.short)
    precondition(
      Set(long).union(["help"]).count == long.count + 1
        && Set(short).union(["h"]).count == short.count + 1,
      "the options and arguments of `\(name)` have unique names, and `help` is taken")
    precondition(
      arguments.dropLast().allSatisfy { $0.isRequired && !$0.isRepeatable },
      "only the last argument of `\(name)` may be optional or repeatable")
    self.name = name
    self.abstract = abstract
    self.discussion = discussion
    self.arguments = arguments
    self.options = options
    self.examples = examples
  }

  /// The words of the name.
  var words: [String] { name.split(separator: " ").map(String.init) }

  /// Whether the name is that of another command and a word more, as `sweep status` and `sweep`.
  func extends(_ other: CommandDeclaration) -> Bool {
    words.count > other.words.count && words.starts(with: other.words)
  }
}

/// Something that a command takes by position.
package struct ArgumentDeclaration: Sendable {
  /// The name under which it is read, and in capitals what help shows.
  package let name: String
  /// What it is, as one line.
  package let help: String
  /// Whether the command cannot do without.
  package let isRequired: Bool
  /// Whether it takes all that follow.
  package let isRepeatable: Bool

  /// Declares an argument.
  package init(
    _ name: String, help: String, isRequired: Bool = true, isRepeatable: Bool = false
  ) {
    self.name = name
    self.help = help
    self.isRequired = isRequired
    self.isRepeatable = isRepeatable
  }

  /// How usage lines show it: `DIR`, `[DIR]`, `DIR...`.
  var usage: String {
    let name = name.uppercased() + (isRepeatable ? "..." : "")
    return isRequired ? name : "[\(name)]"
  }
}

/// Something that a command takes by name.
package struct OptionDeclaration: Sendable {
  /// What follows the name.
  package enum Kind: Sendable, Equatable {
    /// Nothing: the option is given or not.
    case flag
    /// A value, shown as this placeholder.
    case value(placeholder: String)
    /// A value behind `=`, or nothing, which stands for `implied`.
    case optionalValue(placeholder: String, implied: String)
  }

  /// The name after `--`.
  package let name: String
  /// The letter after `-`; nil where there is none.
  package let short: Character?
  /// What follows the name.
  package let kind: Kind
  /// Whether it may be given more than once.
  package let isRepeatable: Bool
  /// Whether the command cannot do without.
  package let isRequired: Bool
  /// The value where it is not given; nil for none.
  package let defaultValue: String?
  /// What it does, as one line.
  package let help: String

  /// Declares an option that is given or not.
  package static func flag(
    _ name: String, short: Character? = nil, isRepeatable: Bool = false, help: String
  ) -> OptionDeclaration {
    OptionDeclaration(
      name: name, short: short, kind: .flag, isRepeatable: isRepeatable, isRequired: false,
      defaultValue: nil, help: help)
  }

  /// Declares an option with a value.
  ///
  /// - Precondition: it is not both required and given a default.
  package static func value(
    _ name: String, short: Character? = nil, placeholder: String, isRepeatable: Bool = false,
    isRequired: Bool = false, default defaultValue: String? = nil, help: String
  ) -> OptionDeclaration {
    precondition(!isRequired || defaultValue == nil, "`--\(name)` is required and has a default")
    return OptionDeclaration(
      name: name, short: short, kind: .value(placeholder: placeholder),
      isRepeatable: isRepeatable, isRequired: isRequired, defaultValue: defaultValue, help: help)
  }

  /// Declares an option that may stand alone, `--resume`, or with a value, `--resume=RUN`.
  package static func optionalValue(
    _ name: String, placeholder: String, implied: String, help: String
  ) -> OptionDeclaration {
    OptionDeclaration(
      name: name, short: nil, kind: .optionalValue(placeholder: placeholder, implied: implied),
      isRepeatable: false, isRequired: false, defaultValue: nil, help: help)
  }

  /// Whether the argument behind it is its value.
  var takesNextArgument: Bool {
    if case .value = kind { return true }
    return false
  }

  /// How it is written: `--config FILE`, `--resume[=RUN]`, `--hash`.
  var usage: String {
    switch kind {
    case .flag: "--\(name)"
    case .value(let placeholder): "--\(name) \(placeholder)"
    case .optionalValue(let placeholder, _): "--\(name)[=\(placeholder)]"
    }
  }
}

/// A line to copy, and what it does.
package struct CommandExample: Sendable {
  /// The whole line: `mpirun -n 4 lockstep train -c configs/digits-mlp.yaml`.
  package let line: String
  /// What it does.
  package let meaning: String

  /// Makes an example.
  package init(_ line: String, _ meaning: String) {
    self.line = line
    self.meaning = meaning
  }
}
