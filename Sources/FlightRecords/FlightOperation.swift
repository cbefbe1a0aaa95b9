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
    case .data: "reading the batch of step \(step)"
    case .forward: "in the forward pass of step \(step)"
    case .backward: "in the backward pass of step \(step)"
    case .update: "in the update of step \(step)"
    case .evaluation: "in the evaluation after step \(step)"
    case .checkpoint: "in the checkpoint of step \(step)"
    case .driftCheck: "comparing parameters after step \(step)"
    case .barrier: "at a barrier of step \(step)"
    case .sendGradients: "sending gradients of step \(step)"
    case .receiveGradients: "receiving gradients of step \(step)"
    case .waitForGradients: "waiting for gradients of step \(step)"
    case .sumGradients: "adding gradients of step \(step)"
    case .shareParameters: "sharing the parameters of step \(step)"
    case .shareRecords: "sharing the records of step \(step)"
    case .allReduce: "in the all-reduce of step \(step)"
    }
  }
}
