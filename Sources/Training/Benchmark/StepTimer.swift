/// Measures how long a lane's steps spend in the exchange of gradients, without the optimizer's part.
///
/// Used by one lane.
final class StepTimer {
  /// Seconds in the exchange: waiting for others, adding gradients, publishing parameters.
  private(set) var exchangeSeconds = 0.0
  private var begin = 0.0
  private var updateBegin = 0.0

  /// The exchange of a step begins.
  func beginExchange() {
    begin = Clock.now
  }

  /// The exchange of a step ends.
  func endExchange() {
    exchangeSeconds += Clock.now - begin
  }

  /// The optimizer begins within the exchange.
  func beginUpdate() {
    updateBegin = Clock.now
  }

  /// The optimizer ends within the exchange.
  func endUpdate() {
    exchangeSeconds -= Clock.now - updateBegin
  }
}
