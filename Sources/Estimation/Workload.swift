/// What a step of a configuration consists of.
package struct Workload: Sendable, Equatable {
  /// Samples of a step.
  package var globalBatch: Int
  /// Into how many shards it is cut.
  package var shards: Int
  /// Parameters, gaps between tensors included.
  package var parameters: Int
  /// Bytes of a gradient's element on its way between hosts.
  package var wireBytes: Int
  /// Whether each host steps only its part of the parameters.
  package var isSharded: Bool
  /// Whether gradients are sent while the backward pass goes on.
  package var overlaps: Bool

  /// Describes a step.
  package init(
    globalBatch: Int, shards: Int, parameters: Int, wireBytes: Int = 4, isSharded: Bool = true,
    overlaps: Bool = true
  ) {
    self.globalBatch = globalBatch
    self.shards = shards
    self.parameters = parameters
    self.wireBytes = wireBytes
    self.isSharded = isSharded
    self.overlaps = overlaps
  }

  /// Bytes of a gradient in memory, and of the parameters.
  package var gradientBytes: Double { 4 * Double(parameters) }
}
