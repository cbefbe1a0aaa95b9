package import Configuration
package import DataParallelism

// The configuration's words for what the exchange knows; Configuration is not to know the exchange.

extension ExchangeKind {
  /// The exchange of a reducer.
  package init(_ reducer: DistributedSettings.Reducer) {
    switch reducer {
    case .auto: self = .auto
    case .window: self = .window
    case .message: self = .message
    case .mpi: self = .mpi
    }
  }
}

extension OverlapMode {
  /// The mode of a setting.
  package init(_ overlap: DistributedSettings.Overlap) {
    switch overlap {
    case .auto: self = .auto
    case .none: self = .none
    case .poll: self = .poll
    case .thread: self = .thread
    }
  }
}
