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
      stateCount = configuration.optimizer.stateNames.count
      if hashesFiles {
        files = configuration.data.paths.map {
          DataFile(path: $0, hash: ContentHash.ofFile($0))
        }
      }
      if measures {
        let data = try configuration.data.load(seed: configuration.seed)
        let graph = try Graph(configuration.model, dataShape: data.inputShape)
        parameterBytes = graph.layout.count * MemoryLayout<Float>.stride
      }
    } catch {
      problem = Self.firstLine(of: error)
    }
  }

  /// What an error says first, without what is said of every error.
  private static func firstLine(of error: any Error) -> String {
    let line = "\(error)".split(separator: "\n").first.map(String.init) ?? ""
    let prefix = "error: "
    return line.hasPrefix(prefix) ? String(line.dropFirst(prefix.count)) : line
  }
}
