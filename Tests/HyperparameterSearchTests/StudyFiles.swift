import FoundationEssentials
import HyperparameterSearch
import Options
import TestSupport

/// A folder with a training configuration, `base.yaml`, in which studies are written.
struct StudyFiles {
  private let folder: TemporaryFolder

  /// A small network on a table, for 27 epochs.
  static let base = """
    data: {source: csv, train: data/a.csv, target: y, task: classification}
    model:
      layers:
        - dense: {units: 64}
        - relu
        - dropout: {rate: 0.1}
        - dense: {units: 10}
    loss: cross_entropy
    optimizer: {adam: {learning_rate: 0.01}}
    train:
      epochs: 27
      global_batch: 32

    """

  /// Writes a base.
  init(base: String = Self.base) throws {
    folder = try TemporaryFolder()
    try base.write(toFile: folder.file("base.yaml"), atomically: true, encoding: .utf8)
  }

  /// The path of a file.
  func path(_ name: String) -> String { folder.file(name) }

  /// Reads a study that is written into the folder as `study.yaml`.
  func study(_ text: String, overrides: [String] = []) throws -> StudyConfiguration {
    let path = folder.file("study.yaml")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return try StudyConfiguration(path: path, overrides: overrides)
  }

  /// What is wrong with a study.
  func problems(_ text: String) throws -> [Diagnostic] {
    do {
      _ = try study(text)
      return []
    } catch let error as OptionsError {
      return error.problems
    }
  }

  /// What is wrong with a study of a base that is right, whose space is given.
  func problems(space: String) throws -> [Diagnostic] {
    try problems("base: base.yaml\ntrials: 10\nspace:\n\(space)\n")
  }
}
