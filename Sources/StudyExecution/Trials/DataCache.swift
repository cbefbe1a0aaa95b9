package import Configuration
package import Datasets
internal import Options

/// Keeps the data of the last trial: mostly the next one trains on the same.
package final class DataCache {
  private var key = ""
  private var data: DataSplits?

  /// Begins with nothing.
  package init() {}

  /// The data of a configuration without the test part, which no search may look at.
  ///
  /// - Throws: `DatasetError` where it cannot be read.
  package func data(of configuration: RunConfiguration) throws -> DataSplits {
    let key =
      "\(configuration.seed) " + (configuration.resolved["data"].map(YAMLWriter.text) ?? "")
    if let data, key == self.key { return data }
    let data = try configuration.data.load(seed: configuration.seed).withoutTest
    (self.key, self.data) = (key, data)
    return data
  }
}
