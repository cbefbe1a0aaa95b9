/// What a thread of a rank does from one moment to the next.
package enum FlightOperation: UInt16, Sendable, CaseIterable {
  /// Getting ready for its first step.
  case start = 1
  /// Reading a batch.
  case data
  /// Computing predictions and loss.
  case forward
  /// Computing gradients.
  case backward
  /// Adding gradients and changing parameters.
  case update
  /// Measuring the model on held-out data.
  case evaluation
  /// Writing or reading a checkpoint.
  case checkpoint
  /// Comparing the ranks' parameters.
  case driftCheck
  /// Waiting for lanes that share memory with it.
  case barrier
  /// Sending gradients to another rank.
  case sendGradients
  /// Receiving gradients of another rank.
  case receiveGradients
  /// Waiting for gradients of other ranks.
  case waitForGradients
  /// Adding gradients of several ranks.
  case sumGradients
  /// Sending and receiving new parameters.
  case shareParameters
  /// Sending and receiving what shards report beside their gradients.
  case shareRecords
  /// Adding gradients by a call of the message passing library.
  case allReduce

  /// Whether the thread computes nothing meanwhile: on the track of a lane, communication that no
  /// computation hides.
  package var isCommunication: Bool {
    switch self {
    case .start, .data, .forward, .backward, .update, .evaluation, .checkpoint, .sumGradients:
      false
    case .driftCheck, .barrier, .sendGradients, .receiveGradients, .waitForGradients,
      .shareParameters, .shareRecords, .allReduce:
      true
    }
  }

  /// Its name in a trace: `wait for gradients`.
  package var name: String {
    switch self {
    case .driftCheck: "drift check"
    case .sendGradients: "send gradients"
    case .receiveGradients: "receive gradients"
    case .waitForGradients: "wait for gradients"
    case .sumGradients: "sum gradients"
    case .shareParameters: "share parameters"
    case .shareRecords: "share records"
    case .allReduce: "all-reduce"
    case .start, .data, .forward, .backward, .update, .evaluation, .checkpoint, .barrier:
      "\(self)"
    }
  }

  /// Where a thread was, after its name: `in the backward pass of step 418`.
  package func place(step: UInt64) -> String {
    switch self {
    case .start: "before its first step"
    case .evaluation: "\(activity) after step \(step)"
    default: "\(activity) of step \(step)"
    }
  }

  /// What it is in words, without a step.
  private var activity: String {
    switch self {
    case .start: "starting"
    case .data: "reading a batch"
    case .forward: "in the forward pass"
    case .backward: "in the backward pass"
    case .update: "in the update"
    case .evaluation: "in the evaluation"
    case .checkpoint: "in the checkpoint"
    case .driftCheck: "comparing parameters"
    case .barrier: "at a barrier"
    case .sendGradients: "sending gradients"
    case .receiveGradients: "receiving gradients"
    case .waitForGradients: "waiting for gradients"
    case .sumGradients: "adding gradients"
    case .shareParameters: "sharing parameters"
    case .shareRecords: "sharing records"
    case .allReduce: "in the all-reduce"
    }
  }

  /// Where a thread was that did this within something else: `in the update of step 3, at a barrier`.
  package func place(within other: FlightOperation, step: UInt64) -> String {
    other == self ? place(step: step) : "\(other.place(step: step)), \(activity)"
  }
}
