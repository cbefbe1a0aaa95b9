public import Operators
public import Tensors

/// Where an operation is prepared: the sizes, and what will be asked of it.
public struct OperationSite {
  /// The node's full name.
  public let name: String
  /// The shapes of one sample of every input.
  public let inputShapes: [Shape]
  /// The shape of one sample of the output.
  public let outputShape: Shape
  /// Samples in the batch.
  public let batch: Int
  /// Whether a backward pass follows and dropout is active.
  public let isTraining: Bool
  /// Which inputs a gradient is wanted for.
  public let needsInputGradient: [Bool]
  /// Whether all that reads the output takes away any constant of a channel, so that the gradient of a
  /// bias that is added last is 0.
  public let biasIsIdle: Bool
  /// How the elements of inputs, output and their gradients are stored: bfloat16 only for a layer that
  /// computes in it.
  public let precision: ElementType
  /// The thread's stream.
  public let stream: ComputeStream

  /// Elements of the batch in an input.
  public func inputCount(_ index: Int = 0) -> Int { batch * inputShapes[index].count }

  /// Elements of the batch in the output.
  public var outputCount: Int { batch * outputShape.count }
}

/// What an operation wants of the memory planner.
public struct OperationMemory: Sendable {
  /// The backward pass reads the inputs.
  public var backwardReadsInputs = false
  /// The backward pass reads the output.
  public var backwardReadsOutput = false
  /// Floats that the forward pass leaves for the backward pass.
  public var savedCount = 0
  /// Floats used within one call.
  public var scratchCount = 0
  /// The output may lie where the first input lies.
  public var canForwardInPlace = false
  /// The first input's gradient may lie where the output's gradient lies.
  public var canBackwardInPlace = false
  /// The output is the first input under another shape: it always shares its memory.
  public var isView = false

  /// An operation that keeps nothing.
  public init() {}
}

/// The memory that the planner gave an operation.
public struct OperationBuffers {
  /// The inputs, batch first.
  public let inputs: [ElementView]
  /// The output, batch first.
  public let output: ElementView
  /// The gradients of the inputs, to be overwritten; nil where none is wanted.
  public let inputGradients: [ElementView?]
  /// The gradient of the output; of no elements where there is no backward pass.
  public let outputGradient: ElementView
  /// The parameters, in the order of the layer.
  public let parameters: [FloatView]
  /// The parameters in the element type that the operation computes in.
  public let weights: [ElementView]
  /// Where the gradients of the parameters lie in the arena of gradients.
  public let gradientRanges: [Range<Int>]
  /// The running statistics, in the order of the layer.
  public let statistics: [FloatView]
  /// Where a training pass writes, in the arena of gradients, its own statistics times the samples of
  /// its batch.
  public let statisticRanges: [Range<Int>]
  /// What the forward pass leaves for the backward pass.
  public let saved: FloatView
  /// Room within one call.
  public let scratch: FloatView
}

/// What changes from step to step.
@safe
public struct StepContext {
  /// The step, from 0: random numbers are counted by it.
  public var step: UInt32
  /// The index in the data set of each sample of the batch: random numbers are counted by it.
  public var sampleIDs: UnsafePointer<UInt32>
  /// The arena of gradients that the backward pass writes.
  public var gradients: FloatView
  /// The key of the run's dropout masks.
  public var dropoutKey: (UInt32, UInt32)

  /// Describes a step.
  public init(
    step: UInt32, sampleIDs: UnsafePointer<UInt32>, gradients: FloatView,
    dropoutKey: (UInt32, UInt32)
  ) {
    self.step = step
    unsafe self.sampleIDs = sampleIDs
    self.gradients = gradients
    self.dropoutKey = dropoutKey
  }
}

/// A layer prepared for one batch size: computes forward and backward in memory given once.
public protocol Operation: AnyObject {
  /// What it wants of the memory planner.
  var memory: OperationMemory { get }

  /// Takes the memory; called once, before the first step.
  func bind(_ buffers: OperationBuffers)

  /// Computes the output from the inputs.
  func forward(_ context: StepContext)

  /// Computes the gradients of the inputs that are wanted and of all parameters; overwrites both.
  func backward(_ context: StepContext)
}
