internal import Operators
internal import Options
internal import Tensors

/// The options that all recurrent layers share.
public struct Recurrence: Sendable {
  /// Values of the state of each direction.
  public let units: Int
  /// Layers, each taking the states of the one before.
  public let layers: Int
  /// Whether a second direction reads the sequence from its end; both states are joined.
  public let isBidirectional: Bool
  /// Whether the states of all time steps are given, or the last to be computed of each direction.
  public let returnsSequences: Bool
  /// Whether biases are added.
  public let hasBias: Bool
  /// How the weights start; nil for uniform within ±1 / sqrt(units).
  public let initializer: Initializer?
  /// How the biases start; nil for the same as the weights by default.
  public let biasInitializer: Initializer?

  init(
    units: Int, layers: Int, bidirectional: Bool, returnSequences: Bool, bias: Bool,
    initializer: Initializer?, biasInitializer: Initializer?
  ) {
    precondition(units > 0 && layers > 0, "\(layers) recurrent layers of \(units) units")
    self.units = units
    self.layers = layers
    isBidirectional = bidirectional
    returnsSequences = returnSequences
    hasBias = bias
    self.initializer = initializer
    self.biasInitializer = biasInitializer
  }

  /// Reads `units`, `layers`, `bidirectional`, `return_sequences`, `bias`, `initializer` and
  /// `bias_initializer`.
  init(options: OptionReader) {
    units = options.integer("units", in: 1...1_048_576)
    layers = options.integer("layers", default: 1, in: 1...1_024)
    isBidirectional = options.boolean("bidirectional", default: false)
    returnsSequences = options.boolean("return_sequences", default: true)
    hasBias = options.boolean("bias", default: true)
    initializer = Initializer("initializer", of: options)
    biasInitializer = Initializer("bias_initializer", of: options)
  }

  /// 2 where bidirectional.
  var directions: Int { isBidirectional ? 2 : 1 }

  /// Values that a layer gives for each time step.
  var outputFeatures: Int { directions * units }

  /// Values that a layer, counted from 0, takes for each time step.
  func features(of layer: Int, input: Int) -> Int { layer == 0 ? input : outputFeatures }

  /// The parameters of one direction of one layer: `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`,
  /// `bias_hh_l0`, behind which stands `_reverse` in the second direction.
  func parameters(layer: Int, direction: Int, features: Int, gates: Int) -> [ParameterSpec] {
    let bound = 1 / Float(units).squareRoot()
    let uniform = Initializer.uniform(-bound, bound)
    let suffix = "l\(layer)" + (direction == 1 ? "_reverse" : "")
    let rows = gates * units
    let weights = [("weight_ih_", features), ("weight_hh_", units)].map { name, columns in
      ParameterSpec(
        name: name + suffix, shape: [rows, columns], initializer: initializer ?? uniform,
        fanIn: columns, fanOut: rows)
    }
    guard hasBias else { return weights }
    return weights
      + ["bias_ih_", "bias_hh_"].map { name in
        ParameterSpec(
          name: name + suffix, shape: [rows], initializer: biasInitializer ?? uniform)
      }
  }
}

/// What the recurrent layers have in common: all but the cell.
protocol RecurrentLayer: Layer {
  /// The options.
  var recurrence: Recurrence { get }
  /// The cell.
  var cell: RecurrentCell { get }
}

extension RecurrentLayer {
  /// [time, units], or [units] where only the last state is given; twice the units where
  /// bidirectional.
  public func outputShape(of inputs: [Shape]) throws(LayerError) -> Shape {
    let input = try single(inputs)
    guard input.rank == 2 else {
      throw LayerError(
        "\(kind) takes a sequence [time, features], found \(input)",
        hint: input.rank == 1
          ? "`reshape: {shape: [-1, 1]}` makes a sequence of one feature a step" : nil)
    }
    let features = recurrence.outputFeatures
    return recurrence.returnsSequences ? [input[0], features] : [features]
  }

  /// Those of all layers, and within a layer of both directions, in PyTorch's order.
  public func parameters(of inputs: [Shape]) -> [ParameterSpec] {
    (0..<recurrence.layers).flatMap { layer in
      (0..<recurrence.directions).flatMap { direction in
        recurrence.parameters(
          layer: layer, direction: direction,
          features: recurrence.features(of: layer, input: inputs[0][-1]), gates: cell.gateCount)
      }
    }
  }

  /// One for each weight and time step.
  public func multiplyAdds(of inputs: [Shape]) -> Int {
    let columns = (0..<recurrence.layers).map {
      recurrence.features(of: $0, input: inputs[0][-1]) + recurrence.units
    }
    return inputs[0][0] * recurrence.directions * cell.gateCount * recurrence.units
      * columns.reduce(0, +)
  }

  /// Prepares all layers and directions as one operation.
  public func makeOperation(at site: OperationSite) throws(OperatorError) -> any Operation {
    try RecurrentOperation(recurrence, cell: cell, at: site)
  }
}
