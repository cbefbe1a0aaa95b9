import Configuration
import Options
import TestSupport
import Testing

@Suite("YAML writer")
struct YAMLWriterTests {
  private func roundTrip(
    _ value: OptionValue, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let text = YAMLWriter.text(value)
    let parsed = try YAMLParser.parse(text, name: "written")
    #expect(parsed == value, "\(text)", sourceLocation: sourceLocation)
  }

  @Test("Sections are blocks, small maps and lists of scalars stay on their line")
  func style() {
    let value: OptionValue = [
      "name": "fashion mnist", "seed": 7,
      "data": [
        "source": "idx", "train": ["images": "/data/a.gz", "labels": "/data/b.gz"],
        "normalize": OptionValue(.null),
      ],
      "model": [
        "layers": [
          "flatten", ["dense": ["units": 128, "activation": "relu"]],
          ["residual": ["layers": [["dense": ["units": 5]], "relu"]]],
        ]
      ],
      "optimizer": ["adam": ["learning_rate": .number(0.001), "betas": [0.9, 0.99]]],
      "train": ["epochs": 5, "global_batch": 128], "empty": [:], "none": [],
    ]
    #expect(
      YAMLWriter.text(value) == """
        name: "fashion mnist"
        seed: 7
        data:
          source: "idx"
          train: {images: "/data/a.gz", labels: "/data/b.gz"}
          normalize: null
        model:
          layers:
            - "flatten"
            - dense: {units: 128, activation: "relu"}
            - residual:
                layers:
                  - dense: {units: 5}
                  - "relu"
        optimizer: {adam: {learning_rate: 0.001, betas: [0.9, 0.99]}}
        train:
          epochs: 5
          global_batch: 128
        empty: {}
        none: []

        """)
  }

  @Test("A file that is read and written keeps its plain texts plain")
  func plainStaysPlain() throws {
    let text = "name: mlp-2\nrate: 1e-3\nfile: ../a b/x.gz\nlist: [a, \"5\", -3]\n"
    #expect(YAMLWriter.text(try YAMLParser.parse(text, name: "f")) == text)
  }

  @Test(
    "Texts that YAML would read otherwise come back as they were",
    arguments: [
      "", " ", "a ", " a", "a: b", "a #b", "#a", "- a", "-", "---", "...", "... a", "?", "? a", ":",
      "a:", "[a", "{a", "a]", "a, b", "&a", "*a", "!a", "|", ">", "'a'", "\"a\"", "%a", "@a", "`a",
      "a\nb", "a\n", "\n", "\t", "a\tb", "null", "~", "true", "5", "1e-3", "<<", "=", "\\", "a\\nb",
      "\u{0}", "\u{7F}", "\u{85}", "\u{A0}", "\u{2028}", "\u{FEFF}", "\u{FFFF}", "é日本😀", "e\u{301}",
      "a  b", "\r\n", "-.5", "-a", "~a", "http://x.y/z?a=b",
    ])
  func oddTexts(text: String) throws {
    try roundTrip([text: .text(text)])
    try roundTrip(OptionValue(.list([.text(text), [.text(text), .text(text)]])))
    try roundTrip(OptionValue(.list([OptionValue(.map([OptionEntry(key: text, value: [:])]))])))
    // Made in code without quotes: a text stays a text unless it reads as a number or a boolean.
    let plain = OptionValue(.scalar(text, isQuoted: false))
    let read = try YAMLParser.parse(YAMLWriter.text(["k": plain]), name: "written")
    guard case .scalar(text, _) = read["k"]?.content else {
      Issue.record("\(text.debugDescription) came back as \(String(describing: read["k"]))")
      return
    }
  }

  @Test(
    "Keys longer than YAML's simple keys come back as they were", arguments: [999, 1_000, 5_000])
  func longKeys(count: Int) throws {
    let key = String(repeating: "k", count: count)
    try roundTrip(OptionValue(.map([OptionEntry(key: key, value: ["a": [1, 2], "b": [[:]]])])))
    try roundTrip([[OptionValue(.map([OptionEntry(key: key, value: 1)]))]])
  }

  @Test("Every tree comes back as it was")
  func property() throws {
    var random = Random(seed: 3)
    for _ in 0..<2_000 { try roundTrip(randomValue(depth: 0, &random)) }
  }

  private func randomValue(depth: Int, _ random: inout Random) -> OptionValue {
    switch random.below(depth > 5 ? 3 : 6) {
    case 0: return OptionValue(.null)
    case 1: return .text(randomText(&random))
    case 2:
      let texts = ["5", "1e-3", "true", "relu", "0x1F", ".inf"]
      return OptionValue(.scalar(texts[random.below(texts.count)], isQuoted: false))
    case 3:
      return OptionValue(
        .list((0..<random.below(4)).map { _ in randomValue(depth: depth + 1, &random) }))
    default:
      var entries: [OptionEntry] = []
      for _ in 0..<random.below(6) {
        let key = randomText(&random)
        let value = randomValue(depth: depth + 1, &random)
        if !entries.contains(where: { $0.key == key }) {
          entries.append(OptionEntry(key: key, value: value))
        }
      }
      // An empty file is an empty map, so an empty tree at the top is one as well.
      return OptionValue(.map(entries))
    }
  }

  private func randomText(_ random: inout Random) -> String {
    let characters = Array("abz019_-./ :#,[]{}&*!|>'\"%@`~<=?\\\n\té日😀")
    return String((0..<random.below(8)).map { _ in characters[random.below(characters.count)] })
  }
}
