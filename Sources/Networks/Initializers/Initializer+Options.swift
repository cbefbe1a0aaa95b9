internal import Operators
internal import Options

extension Initializer {
  private static let simple: [(name: String, initializer: Initializer)] = [
    ("zeros", .zeros), ("ones", .ones), ("xavier_uniform", .xavierUniform),
    ("xavier_normal", .xavierNormal), ("glorot_uniform", .xavierUniform),
    ("glorot_normal", .xavierNormal), ("he_uniform", .heUniform), ("he_normal", .heNormal),
    ("kaiming_uniform", .heUniform), ("kaiming_normal", .heNormal),
    ("lecun_normal", .lecunNormal), ("uniform", .uniform(-0.05, 0.05)),
    ("normal", .normal(mean: 0, standardDeviation: 0.05)), ("constant", .zeros),
  ]

  /// Reads an initializer under a key: a name, or one of `constant`, `uniform`, `normal`, `values` with options.
  init?(_ key: String, of options: OptionReader) {
    if let value = options.value(key), value.entries?.count == 1, let list = value["values"] {
      guard case .list(let items) = list.content,
        case let numbers = items.compactMap(ScalarText.number), numbers.count == items.count
      else {
        options.report("`values` takes a list of numbers", for: key, hint: "values: [2, 3, -1]")
        return nil
      }
      self = .values(numbers.map(Float.init))
      return
    }
    guard let value = options.value(key),
      let (name, mark, own) = OptionReader.named(
        value, what: "initializer", diagnostics: options.diagnostics)
    else { return nil }
    switch name {
    case "constant":
      self = .constant(Float(own.number("value", where: \.isFinite, orElse: "finite", standIn: 0)))
    case "uniform":
      let high = own.number("high", default: 0.05, where: \.isFinite, orElse: "finite", standIn: 1)
      let low = own.number(
        "low", default: min(-high, high), where: { $0.isFinite && $0 <= high },
        orElse: "at most `high`",
        standIn: high)
      self = .uniform(Float(low), Float(high))
    case "normal":
      let mean = own.number("mean", default: 0, where: \.isFinite, orElse: "finite", standIn: 0)
      let deviation = own.nonNegativeNumber("standard_deviation", default: 0.05)
      self = .normal(mean: Float(mean), standardDeviation: Float(deviation))
    default:
      guard let known = Self.simple.first(where: { $0.name == name })?.initializer else {
        options.diagnostics.reportUnknown(
          name, of: ("initializer", "initializers"), at: mark, known: Self.simple.map(\.name))
        return nil
      }
      self = known
    }
    own.finish()
  }

  /// What suits the weights before an activation: He for the ReLU family, LeCun for SELU, Xavier
  /// for everything that saturates or stays linear.
  static func suited(to activation: Activation) -> Initializer {
    switch activation.kind {
    case .relu, .leakyReLU, .elu, .gelu, .geluTanh, .swish, .mish, .softplus: .heUniform
    case .selu: .lecunNormal
    default: .xavierUniform
    }
  }
}
