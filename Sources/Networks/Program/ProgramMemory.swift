/// The memory that a program takes for activations, in bytes.
public struct ProgramMemory: Sendable, Hashable {
  /// What the forward pass must leave for the backward pass, 0 for inference.
  ///
  /// That is the values that operations declare to read again, each piece of memory once, and what
  /// they save themselves.
  public let keptForBackward: Int
  /// What the plan takes.
  ///
  /// That is values, their gradients, targets and scratch, with the room of dead ones
  /// used again.
  public let workspace: Int

  /// How many times the plan takes what must be kept; nil where nothing is.
  ///
  /// No plan of the same operations gets below 1.
  public var ratio: Double? {
    keptForBackward > 0 ? Double(workspace) / Double(keptForBackward) : nil
  }
}
