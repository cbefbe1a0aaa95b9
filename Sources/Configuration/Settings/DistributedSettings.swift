public import Options
public import Tensors

/// How ranks work together: the section `distributed`.
///
/// But for ``Reducer/mpi`` and a ``wire`` of bfloat16, none of it changes a result.
public struct DistributedSettings: Sendable, Equatable {
  /// How the gradients of several ranks are added.
  public enum Reducer: String, Sendable, CaseIterable {
    /// Through a shared window on each node, by messages between nodes.
    case auto
    /// Through memory that the ranks of a node share; all ranks must be on one.
    case window
    /// By messages between all ranks, also those of one node.
    case message
    /// By `MPI_Allreduce`, for networks that reduce in hardware; the last bits then depend on the ranks.
    case mpi
  }

  /// Who sends gradients while the backward pass goes on.
  public enum Overlap: String, Sendable, CaseIterable {
    /// The one of the others that is the fastest in the first steps.
    case auto
    /// Nobody: they are sent when the backward pass is over.
    case none
    /// The thread that computes, between the operations of its network.
    case poll
    /// A thread of its own.
    case thread
  }

  /// Whether each node steps a part of the parameters or all of them.
  public enum ShardOptimizer: String, Sendable, CaseIterable {
    /// Sharded: it is never slower, and needs less memory.
    case auto
    /// A part: nodes hold the optimizer's state of that part alone, and send each other parameters.
    case on = "true"
    /// All: nodes hold the whole state, and send each other summed gradients.
    case off = "false"
  }

  /// How the gradients of several ranks are added.
  public var reducer: Reducer
  /// Who sends gradients between nodes while the backward pass goes on.
  public var overlap: Overlap
  /// Whether each node steps a part of the parameters.
  public var shardOptimizer: ShardOptimizer
  /// What gradients and their sums are rounded to, so that they can travel so between nodes; bfloat16
  /// halves that traffic and changes the result, to the same for every number of ranks and nodes.
  public var wire: ElementType
  /// Seconds after which a silent rank is named; 0 for never.
  public var stallWarn: Int
  /// Seconds after which a silent rank ends the job; 0 for never.
  public var stallAbort: Int
  /// Steps from one comparison of the ranks' parameters to the next; nil for those at checkpoints alone.
  public var driftCheckEverySteps: Int?

  /// Makes settings in code.
  public init(
    reducer: Reducer = .auto, overlap: Overlap = .auto, shardOptimizer: ShardOptimizer = .auto,
    wire: ElementType = .float32, stallWarn: Int = 30, stallAbort: Int = 600,
    driftCheckEverySteps: Int? = nil
  ) {
    self.reducer = reducer
    self.overlap = overlap
    self.shardOptimizer = shardOptimizer
    self.wire = wire
    self.stallWarn = stallWarn
    self.stallAbort = stallAbort
    self.driftCheckEverySteps = driftCheckEverySteps
  }

  /// Reads the section `distributed`; problems go to the reader's diagnostics.
  ///
  /// - Parameter options: `reader.section("distributed")`.
  public init(options: OptionReader) {
    let defaults = DistributedSettings()
    reducer = options.choice("reducer") ?? defaults.reducer
    overlap = options.choice("overlap") ?? defaults.overlap
    shardOptimizer = options.choice("shard_optimizer") ?? defaults.shardOptimizer
    wire = options.choice("wire") ?? defaults.wire
    stallWarn = options.integer("stall_warn", default: defaults.stallWarn, in: 0...)
    stallAbort = options.integer("stall_abort", default: defaults.stallAbort, in: 0...)
    driftCheckEverySteps = options.optionalInteger("drift_check_every_steps", in: 1...)
    if reducer == .mpi, wire == .bfloat16 {
      options.report(
        "`wire: bfloat16` of distributed cannot be with `reducer: mpi`, which adds in MPI's own way",
        for: "wire", hint: "leave out one of them")
    }
    options.finish()
  }
}
