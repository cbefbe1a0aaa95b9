/// The samples that a gradient is checked on.
public struct CheckBatch: Sendable {
  /// The number of samples.
  public let count: Int
  /// Each input of the network, batch first.
  public let inputs: [[Float]]
  /// The targets as the loss takes them, batch first.
  public let targets: [Float]
  /// The index in the data set of each sample: dropout's masks are counted by it.
  public let sampleIDs: [UInt32]

  /// Collects samples.
  ///
  /// - Precondition: there is at least one sample.
  public init(inputs: [[Float]], targets: [Float], sampleIDs: [UInt32]) {
    precondition(!sampleIDs.isEmpty, "a gradient is checked on one sample or more")
    count = sampleIDs.count
    self.inputs = inputs
    self.targets = targets
    self.sampleIDs = sampleIDs
  }
}
