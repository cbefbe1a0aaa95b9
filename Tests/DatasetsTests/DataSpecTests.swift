import Options
import Tensors
import Testing

@testable import Datasets

/// A section of a configuration as a literal.
private enum Section: ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  case text(String)
  case list([Section])
  case map([(String, Section)])

  init(stringLiteral text: String) { self = .text(text) }
  init(arrayLiteral items: Section...) { self = .list(items) }
  init(dictionaryLiteral entries: (String, Section)...) { self = .map(entries) }

  var value: OptionValue {
    switch self {
    case .text(let text): OptionValue(.scalar(text, isQuoted: false))
    case .list(let items): OptionValue(.list(items.map(\.value)))
    case .map(let entries):
      OptionValue(.map(entries.map { OptionEntry(key: $0, value: $1.value) }))
    }
  }
}

@Suite struct DataSpecTests {
  private func decode(
    _ section: Section, directory: String = "/data"
  ) -> (spec: DataSpec, problems: [String]) {
    let diagnostics = Diagnostics()
    let reader = OptionReader(section.value, context: "data", diagnostics: diagnostics)
    let spec = DataSpec(options: reader, directory: directory)
    return (spec, diagnostics.problems.map(\.message))
  }

  @Test("an IDX section is decoded, relative paths start at the folder")
  func idx() {
    let (spec, problems) = decode(
      [
        "source": "idx", "train": ["images": "a", "labels": "/b"],
        "test": ["images": "c", "labels": "d"],
        "validation": ["fraction": "0.1", "stratify": "false"], "normalize": "min_max",
      ])
    #expect(problems == [])
    let expected = DataParts(
      train: IDXFiles(images: "/data/a", labels: "/b"),
      validation: .heldOut(HeldOut(fraction: 0.1, stratify: false)),
      test: .files(IDXFiles(images: "/data/c", labels: "/data/d")))
    #expect(spec == DataSpec(source: .idx(expected), normalize: .minMax))
    #expect(spec.paths == ["/data/a", "/b", "/data/c", "/data/d"])
  }

  @Test("a CSV section is decoded")
  func csv() {
    let ignore = ["id", "name"] as Section
    let (spec, problems) = decode(
      [
        "source": "csv", "train": "a.csv", "validation": "v.csv",
        "test": ["fraction": "0.2"], "target": "y", "task": "regression", "ignore": ignore,
      ], directory: "")
    #expect(problems == [])
    let parts = DataParts(
      train: "a.csv", validation: .files("v.csv"),
      test: .heldOut(HeldOut(fraction: 0.2, stratify: false)))
    let columns = TableColumns(target: "y", task: .regression, ignore: ["id", "name"])
    #expect(spec == DataSpec(source: .csv(parts, columns: columns)))
  }

  @Test("a synthetic section is decoded")
  func synthetic() {
    let shape = ["28", "28", "1"] as Section
    let (spec, problems) = decode(
      ["source": "synthetic", "samples": "1000", "shape": shape, "classes": "10", "seed": "3"])
    #expect(problems == [])
    let samples = SyntheticSamples(samples: 1000, shape: [28, 28, 1], classes: 10, seed: 3)
    #expect(spec == DataSpec(source: .synthetic(DataParts(train: samples))))
    #expect(spec.paths == [])
  }

  @Test("a target of `input` makes samples their own targets")
  func reconstruction() {
    let (images, problems) = decode(
      ["source": "idx", "train": ["images": "a"], "test": ["fraction": "0.2"], "target": "input"])
    #expect(problems == [])
    let parts = DataParts(
      train: IDXFiles(images: "/data/a", labels: nil),
      test: .heldOut(HeldOut(fraction: 0.2, stratify: false)))
    #expect(images == DataSpec(source: .idx(parts), target: .input))
    #expect(images.paths == ["/data/a"])
    let table = decode(["source": "csv", "train": "/a.csv", "target": "input"])
    #expect(table.problems == [])
    let columns = TableColumns(target: nil, task: .classification)
    #expect(
      table.spec
        == DataSpec(source: .csv(DataParts(train: "/a.csv"), columns: columns), target: .input))
    // With a task it is the name of a column.
    let column = decode(
      ["source": "csv", "train": "/a.csv", "target": "input", "task": "regression"])
    #expect(column.problems == [])
    #expect(column.spec.target == .given)
    #expect(
      decode(["source": "idx", "train": ["images": "a"], "target": "imput"]).problems
        == ["`target` of data is `imput`, legal is `input`"])
    #expect(
      decode([
        "source": "idx", "train": ["images": "a"], "target": "input",
        "test": ["fraction": "0.5", "stratify": "true"],
      ]).problems == ["`stratify` of data.test needs classes, but no class is predicted"])
  }

  @Test("all problems of a section are reported")
  func problems() {
    #expect(decode([:]).problems == ["data needs `source`"])
    #expect(
      decode(["source": "cvs", "tran": "x"]).problems
        == ["`source` of data is `cvs`, which is none of its values"])
    #expect(
      decode(["source": "csv", "tran": "x"]).problems
        == [
          "data needs `train`", "data needs `target`", "data needs `task`",
          "unknown key `tran` in data",
        ])
    #expect(
      decode(
        [
          "source": "idx", "train": ["images": "a", "lables": "b"],
          "validation": ["fraction": "1.5"],
        ]
      ).problems
        == [
          "data.train needs `labels`", "unknown key `lables` in data.train",
          "`fraction` of data.validation is 1.5, legal is above 0 and below 1",
        ])
    #expect(
      decode(
        [
          "source": "csv", "train": "a", "target": "y", "task": "regression", "ignore": "y",
          "test": ["fraction": "0.5", "stratify": "true"],
        ]
      ).problems
        == [
          "`ignore` names the target column `y`",
          "`stratify` of data.test needs classes, but no class is predicted",
        ])
    #expect(
      decode(["source": "synthetic", "samples": "0", "classes": "2"]).problems
        == ["data needs `shape`", "`samples` of data is 0, legal is 1 to 4294967295"])
  }
}
