/// Measures how long a lane's steps spend in the exchange of gradients, and in the optimizer within it.
///
/// Used by one lane.
final class StepTimer {
  /// Seconds in the exchange: waiting for others, adding gradients, publishing parameters.
  private(set) var exchangeSeconds = 0.0
  /// Seconds in the optimizer.
  private(set) var updateSeconds = 0.0
  /// Seconds in the walk over the lane's slice: adding gradients, and the optimizer.
  private(set) var sliceSeconds = 0.0
  private var begin = 0.0
  private var sliceBegin = 0.0
  private var updateBegin = 0.0

  /// The exchange of a step begins.
  func beginExchange() {
    begin = Clock.now
  }

  /// The exchange of a step ends.
  func endExchange() {
    exchangeSeconds += Clock.now - begin
  }

  /// The walk over the lane's slice begins, within the exchange.
  func beginSlice() {
    sliceBegin = Clock.now
  }

  /// The walk over the lane's slice ends.
  func endSlice() {
    sliceSeconds += Clock.now - sliceBegin
  }

  /// The optimizer begins within the exchange.
  func beginUpdate() {
    updateBegin = Clock.now
  }

  /// The optimizer ends within the exchange.
  func endUpdate() {
    let seconds = Clock.now - updateBegin
    exchangeSeconds -= seconds
    updateSeconds += seconds
  }
}
