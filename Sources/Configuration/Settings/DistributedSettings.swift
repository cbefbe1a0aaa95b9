public import Options

/// How ranks work together: the section `distributed`.
///
/// None of it changes a result.
public struct DistributedSettings: Sendable, Equatable {
  /// How the gradients of several ranks are added.
  public enum Reducer: String, Sendable, CaseIterable {
    /// Through a shared window where all ranks are on one node, by messages elsewhere.
    case auto
    /// Through memory that the ranks of a node share.
    case window
    /// By messages between ranks.
    case message
  }

  /// How the gradients of several ranks are added.
  public var reducer: Reducer

  /// Makes settings in code.
  public init(reducer: Reducer = .auto) {
    self.reducer = reducer
  }

  /// Reads the section `distributed`; problems go to the reader's diagnostics.
  ///
  /// - Parameter options: `reader.section("distributed")`.
  public init(options: OptionReader) {
    reducer = options.choice("reducer") ?? .auto
    options.finish()
  }
}
