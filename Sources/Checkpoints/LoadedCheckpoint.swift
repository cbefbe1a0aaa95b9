internal import DurableFiles
package import JSONText
internal import Tensors

/// A checkpoint whose files have been checked against its manifest.
package struct LoadedCheckpoint: Sendable {
  /// Its folder.
  package let path: String
  /// The number of optimizer steps done.
  package let step: Int
  /// The metric that decided whether it is one of the best; nil where none was measured.
  package let monitored: MonitoredMetric?
  /// What the run stored besides tensors.
  package let state: JSONValue
  /// Parameters and running statistics.
  package let model: SafetensorsFile
  /// The optimizer's state.
  package let optimizer: SafetensorsFile

  /// Checks all files of a folder and opens them.
  ///
  /// - Throws: ``CheckpointError/invalid(path:reason:)`` for anything that is wrong with the
  ///   folder; ``CheckpointError/file(_:)`` where the system refuses to read it.
  init(folder: String, _ fileSystem: FileSystem) throws(CheckpointError) {
    do {
      let manifest = try Self.manifest(folder, fileSystem)
      for file in manifest.files { try Self.check(file, in: folder) }
      let files = CheckpointStore.fileNames.map { FilePath.join(folder, $0) }
      self.path = folder
      self.step = manifest.step
      self.monitored = manifest.monitored
      self.state = try JSONValue.parse(fileSystem.read(files[2]))
      self.model = try SafetensorsFile(path: files[0])
      self.optimizer = try SafetensorsFile(path: files[1])
    } catch let error as CheckpointError {
      throw error
    } catch let error as FileError where !error.isMissing {
      throw .invalid(path: folder, reason: error.description)
    } catch let error as FileError {
      throw .invalid(path: folder, reason: "\(FilePath.name(of: error.path)) is missing")
    } catch {
      throw .invalid(path: folder, reason: "\(error)")
    }
  }

  private static func manifest(
    _ folder: String, _ fileSystem: FileSystem
  ) throws -> CheckpointManifest {
    let name = CheckpointManifest.fileName
    let bytes = try fileSystem.read(FilePath.join(folder, name))
    let manifest: CheckpointManifest
    do {
      manifest = try CheckpointManifest(bytes: bytes)
    } catch {
      throw CheckpointError.invalid(path: folder, reason: "\(name) is damaged: \(error)")
    }
    guard manifest.files.map(\.name) == CheckpointStore.fileNames.dropLast() else {
      throw CheckpointError.invalid(path: folder, reason: "\(name) lists other files than expected")
    }
    return manifest
  }

  /// Compares a file's size and hash with what the manifest says.
  private static func check(_ expected: FileDigest, in folder: String) throws {
    let file = try InputFile(FilePath.join(folder, expected.name))
    let surplus = file.byteCount - expected.byteCount
    if surplus != 0 {
      throw CheckpointError.invalid(
        path: folder,
        reason: """
          \(expected.name) is \(abs(surplus).grouped) bytes \(surplus < 0 ? "shorter" : "longer") \
          than its manifest says
          """)
    }
    let hash = ContentHash()
    try hash.add(contentOf: file)
    if hash.text != expected.hash {
      throw CheckpointError.invalid(
        path: folder, reason: "the content of \(expected.name) does not match its manifest")
    }
  }

  /// Reads parameters, running statistics and the optimizer's state into memory.
  ///
  /// Everything is compared before anything is read, so that a checkpoint of another model changes
  /// nothing.
  ///
  /// - Parameters:
  ///   - model: Where the model's tensors go: exactly those that the checkpoint has.
  ///   - optimizer: Where the optimizer's go; nil to leave them alone, as for evaluation.
  /// - Throws: ``CheckpointError/otherTensors(path:difference:)`` with all that is missing,
  ///   unexpected or of another shape; ``CheckpointError/tensors(_:)``.
  package func restore(
    model: [NamedTensor], optimizer: [NamedTensor]? = nil
  ) throws(CheckpointError) {
    try check(model, in: self.model)
    if let optimizer { try check(optimizer, in: self.optimizer) }
    do {
      for tensor in model { try self.model.read(tensor.name, into: tensor.values) }
      for tensor in optimizer ?? [] { try self.optimizer.read(tensor.name, into: tensor.values) }
    } catch {
      throw .tensors(error)
    }
  }

  private func check(
    _ expected: [NamedTensor], in file: SafetensorsFile
  ) throws(CheckpointError) {
    let difference = TensorDifference(
      found: file.entries.map { ($0.name, $0.shape) },
      expected: expected.map { ($0.name, $0.shape) })
    if !difference.isEmpty { throw .otherTensors(path: file.path, difference: difference) }
  }
}
