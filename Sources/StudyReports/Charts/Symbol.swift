internal import HyperparameterSearch

/// How a trial is drawn, by shape and not by colour alone; the raw value is the name of its definition in the page.
enum Symbol: String, CaseIterable {
  /// A disc.
  case completed = "c"
  /// An open triangle that points down.
  case pruned = "p"
  /// A cross.
  case failed = "f"
  /// An open square.
  case open = "o"
  /// A star.
  case best = "b"

  /// The symbol of a trial's state.
  init(_ state: TrialState) {
    switch state {
    case .completed: self = .completed
    case .pruned: self = .pruned
    case .failed: self = .failed
    case .running, .paused: self = .open
    }
  }

  /// What legends call it.
  var name: String {
    switch self {
    case .completed: "completed"
    case .pruned: "pruned"
    case .failed: "failed"
    case .open: "under way"
    case .best: "best"
    }
  }

  /// The shape around the origin.
  private var shape: String {
    switch self {
    case .completed: "<circle r=\"3.5\"/>"
    case .pruned: "<path d=\"M-4-3H4L0 4Z\"/>"
    case .failed: "<path d=\"M-3.5-3.5L3.5 3.5M-3.5 3.5L3.5-3.5\"/>"
    case .open: "<path d=\"M-3.5-3.5H3.5V3.5H-3.5Z\"/>"
    case .best:
      "<path d=\"M0-8L2-2.8L7.6-2.5L3.2 1.1L4.7 6.5L0 3.4L-4.7 6.5L-3.2 1.1L-7.6-2.5L-2-2.8Z\"/>"
    }
  }

  /// The definitions of all symbols, which drawings of the same page refer to.
  static var definitions: String {
    let groups = allCases.map {
      "<g id=\"\($0.rawValue)\" class=\"s-\($0.rawValue)\">\($0.shape)</g>"
    }
    return "<svg class=\"definitions\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>"
      + groups.joined() + "</defs></svg>"
  }

  /// The symbol by itself with its name, for legends.
  var key: String {
    "<span class=\"key\"><svg viewBox=\"-9 -9 18 18\" aria-hidden=\"true\"><use href=\"#\(rawValue)\"/></svg>"
      + "\(name)</span>"
  }
}
