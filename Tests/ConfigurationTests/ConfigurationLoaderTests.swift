import Configuration
import Foundation
import Options
import Testing

@Suite("Configuration loader")
struct ConfigurationLoaderTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func load(_ name: String, _ overrides: [String] = []) throws -> OptionValue {
    try ConfigurationLoader.load(path: folder.path + "/" + name, overrides: overrides)
  }

  private func problems(
    _ name: String, _ overrides: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
  ) -> [Diagnostic] {
    let error = #expect(throws: OptionsError.self, sourceLocation: sourceLocation) {
      try load(name, overrides)
    }
    return error?.problems ?? []
  }

  @Test("A file is loaded, and its values know it")
  func plain() throws {
    try folder.write("train: {epochs: 5}\n", to: "a.yaml")
    let value = try load("a.yaml")
    #expect(value == ["train": ["epochs": 5]])
    let source = try #require(value["train"]?["epochs"]?.mark?.source)
    #expect(source.name == folder.path + "/a.yaml")
    #expect(source.folder == folder.path)
  }

  @Test("Maps merge with the file extended, lists and scalars are replaced")
  func extends() throws {
    try folder.write(
      "name: base\ndata: {source: idx, dir: d}\nmodel: {layers: [flatten, relu]}\ntrain: {epochs: 5}\n",
      to: "shared/base.yaml")
    try folder.write(
      "extends: base.yaml\ndata: {source: csv}\nseed: 3\n", to: "shared/middle.yaml")
    try folder.write(
      "extends: shared/middle.yaml\nmodel: {layers: [dense]}\ntrain: {epochs: 7, shards: 2}\n"
        + "data: {dir: null}",
      to: "top.yaml")
    let value = try load("top.yaml")
    #expect(
      value == [
        "name": "base", "data": ["source": "csv", "dir": OptionValue(.null)],
        "model": ["layers": ["dense"]], "train": ["epochs": 7, "shards": 2], "seed": 3,
      ])
    #expect(value["data"]?["source"]?.mark?.source.folder == folder.path + "/shared")
    #expect(value.entries?.map(\.key) == ["name", "data", "model", "train", "seed"])
  }

  @Test("Other kinds replace each other, anything replaces a different type")
  func kinds() throws {
    try folder.write(
      """
      optimizer: {adam: {learning_rate: 1, beta1: 0.9}}
      loss: {huber: {delta: 1}}
      schedule: {cosine: {warmup_steps: 2}}
      data: {idx: {a: 1}}
      train: {clip: {norm: 1}}
      seed: [1, 2]
      """, to: "base.yaml")
    try folder.write(
      """
      extends: base.yaml
      optimizer: {sgd: {momentum: 0}}
      loss: cross_entropy
      schedule: {cosine: {floor: 3}}
      data: {csv: {b: 1}}
      train: {clip: {value: 2}}
      seed: {a: 1}
      """, to: "top.yaml")
    #expect(
      try load("top.yaml") == [
        "optimizer": ["sgd": ["momentum": 0]], "loss": "cross_entropy",
        "schedule": ["cosine": ["warmup_steps": 2, "floor": 3]],
        "data": ["idx": ["a": 1], "csv": ["b": 1]], "train": ["clip": ["norm": 1, "value": 2]],
        "seed": ["a": 1],
      ])
  }

  @Test("A circle of files is shown in full")
  func circle() throws {
    try folder.write("extends: b.yaml\n", to: "a.yaml")
    try folder.write("extends: ./c.yaml\n", to: "b.yaml")
    try folder.write("seed: 1\nextends: b.yaml\n", to: "c.yaml")
    let problem = try #require(problems("a.yaml").first)
    let path = folder.path
    #expect(
      problem.message
        == "files extend each other in a circle: \(path)/b.yaml → \(path)/c.yaml → \(path)/b.yaml"
    )
    #expect(problem.mark?.line == 2)
  }

  @Test("A missing file is named in full, with what may have been meant")
  func missing() throws {
    try folder.write("", to: "fashion.yaml")
    try folder.write("", to: "digits.yaml")
    try folder.write("", to: "notes.txt")
    let misspelt = try #require(problems("fashon.yaml").first)
    #expect(misspelt.message == "there is no file \(folder.path)/fashon.yaml")
    #expect(misspelt.hint == "did you mean `\(folder.path)/fashion.yaml`?")
    #expect(problems("digits.yml").first?.hint == "did you mean `\(folder.path)/digits.yaml`?")
    #expect(
      problems("zzzzzzzzzzzzz").first?.hint == "the folder holds digits.yaml, "
        + "fashion.yaml")
    #expect(
      problems("nowhere/a.yaml").first?.hint
        == "there is no folder \(folder.path)/nowhere either")
  }

  @Test("A missing file that is extended is underlined where it is named")
  func missingBase() throws {
    try folder.write("seed: 1\nextends: bse.yaml\n", to: "a.yaml")
    try folder.write("", to: "base.yaml")
    let problem = try #require(problems("a.yaml").first)
    #expect(problem.message == "there is no file \(folder.path)/bse.yaml")
    #expect(problem.hint == "did you mean `\(folder.path)/base.yaml`?")
    #expect((problem.mark?.line, problem.mark?.column, problem.mark?.length) == (2, 10, 8))
  }

  @Test("A relative path is named from the root")
  func relative() {
    let error = #expect(throws: OptionsError.self) {
      try ConfigurationLoader.load(path: "./no-such-folder/a.yaml")
    }
    let here = FileManager.default.currentDirectoryPath
    #expect(error?.problems.first?.message == "there is no file \(here)/no-such-folder/a.yaml")
  }

  @Test("A folder, a device and a file that is far too large are no configurations")
  func unreadable() throws {
    try folder.write("", to: "configs/a.yaml")
    let isFolder = try #require(problems("configs").first)
    #expect(isFolder.message == "\(folder.path)/configs is a folder, not a configuration file")
    #expect(isFolder.hint == "it holds a.yaml")
    let device = #expect(throws: OptionsError.self) {
      try ConfigurationLoader.load(path: "/dev/zero")
    }
    #expect(
      device?.problems.first?.message
        == "/dev/zero is a device or a pipe, not a configuration file")
    let path = try folder.write("", to: "large.yaml")
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.truncate(atOffset: UInt64(TextFile.maximumByteCount + 1))
    try handle.close()
    #expect(problems("large.yaml").first?.message == "\(path) is larger than 16 MiB")
  }

  @Test("What extends must be one path, and a configuration must be a map")
  func wrongShape() throws {
    try folder.write("extends: [a.yaml]", to: "list.yaml")
    #expect(
      problems("list.yaml")[0].message == "`extends` takes the path of one file, found a list")
    try folder.write("- a", to: "top.yaml")
    #expect(problems("top.yaml")[0].message == "a configuration is a map of options, found a list")
    try folder.write("---\n", to: "empty.yaml")
    #expect(try load("empty.yaml") == [:])
    try folder.write("extends:\nseed: 1", to: "null.yaml")
    #expect(try load("null.yaml") == ["seed": 1])
  }

  @Test(
    "Paths become absolute from the file that each was written in, so that a copy runs anywhere")
  func absolutePaths() throws {
    try folder.write(
      "data: {train: {images: ../a.gz, labels: /b.gz}, source: idx, list: [{f: x}]}",
      to: "shared/base.yaml")
    try folder.write(
      "extends: shared/base.yaml\ndata: {test: {images: c.gz, labels: null}}", to: "top.yaml")
    let value = try load("top.yaml", ["data.extra=d.gz"])
    let path = folder.path
    #expect(
      AbsolutePaths.resolved(
        value, at: ["data.train.*", "data.test.images", "data.list.*.f", "data.extra", "none.*"])
        == [
          "data": [
            "train": ["images": .text("\(path)/shared/../a.gz"), "labels": "/b.gz"],
            "source": "idx", "list": [["f": .text("\(path)/shared/x")]],
            "test": ["images": .text("\(path)/c.gz"), "labels": OptionValue(.null)],
            "extra": .text("\(path)/d.gz"),
          ]
        ])
  }

  @Test("Overrides come last, and all that do not fit are reported")
  func overrides() throws {
    try folder.write("train: {epochs: 5}\nname: a", to: "a.yaml")
    #expect(
      try load("a.yaml", ["train.epochs=7", "name=b", "train.epochs=8"]) == [
        "train": ["epochs": 8], "name": "b",
      ])
    let found = problems("a.yaml", ["name.x=1", "seed", "train.epochs=[1"])
    #expect(
      found.map(\.message) == [
        "`name` is `a`, so it has no `x`", "`seed` sets nothing",
        "the list opened with `[` here is not closed, or misses a comma",
      ])
  }
}
