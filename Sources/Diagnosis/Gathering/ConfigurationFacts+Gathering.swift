internal import Checkpoints
internal import Configuration
internal import Datasets
internal import Networks
internal import Optimizers
internal import Tensors

extension ConfigurationFacts {
  /// What there is to know of a configuration that was read.
  ///
  /// - Parameters:
  ///   - configuration: the configuration, or why it cannot be read.
  ///   - hashesFiles: whether to read the data's files, as one rank of each machine does.
  ///   - measures: whether to load the data and find the size of the network, as rank 0 does.
  init(
    _ configuration: Result<RunConfiguration, any Error>, hashesFiles: Bool, measures: Bool
  ) {
    self.init()
    do {
      let configuration = try configuration.get()
      let text = ContentHash()
      text.add(Array(YAMLWriter.text(configuration.resolved).utf8))
      hash = text.text
      shards = configuration.train.shards
      let reducer = configuration.distributed.reducer
      sharesMemory = reducer == .auto || reducer == .window
      stateCount = configuration.optimizer.stateNames.count
      if hashesFiles {
        files = configuration.data.paths.map {
          DataFile(path: $0, hash: ContentHash.ofFile($0))
        }
      }
      if measures { measure(configuration) }
    } catch {
      problem = Self.phrase(error)
    }
  }

  /// Finds the size of the network, which may depend on the data.
  private mutating func measure(_ configuration: RunConfiguration) {
    do {
      let data = try configuration.data.load(seed: configuration.seed)
      let graph = try Graph(configuration.model, dataShape: data.inputShape)
      parameterBytes = graph.layout.count * MemoryLayout<Float>.stride
    } catch {
      dataProblem = Self.phrase(error)
    }
  }

  /// What an error says first, and of which file, in one line.
  private static func phrase(_ error: any Error) -> String {
    let lines = "\(error)".split(separator: "\n").map(String.init)
    let prefix = "error: "
    guard var first = lines.first else { return "" }
    if first.hasPrefix(prefix) { first.removeFirst(prefix.count) }
    let arrow = "  --> "
    guard lines.count > 1, lines[1].hasPrefix(arrow) else { return first }
    return "\(first) (\(lines[1].dropFirst(arrow.count)))"
  }
}
