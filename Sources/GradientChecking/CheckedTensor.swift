internal import Networks
internal import Tensors

/// A tensor whose gradient is checked: a parameter or an input.
@safe
struct CheckedTensor {
  /// `dense_1.weight`, or an input's name.
  let name: String
  /// The shape; of an input with the batch.
  let shape: Shape
  /// The layer that it belongs to; nil for an input.
  let layer: String?
  /// The numbers, in the network's memory.
  let view: FloatView
  /// The numbers at the point where the gradient is checked.
  let point: [Float]
  /// What the backward pass says.
  let gradient: [Float]
  /// By how much an element is moved at t = 1: the root mean square of all, or 1 where all are 0.
  let scale: Float

  init(name: String, shape: Shape, layer: String?, view: FloatView, gradient: [Float]) {
    self.name = name
    self.shape = shape
    self.layer = layer
    self.view = view
    point = view.array
    self.gradient = gradient
    let scale = Self.rootMeanSquare(point)
    self.scale = scale > 0 ? scale : 1
  }

  /// The slope of the loss that a random direction meets, as a root mean square.
  var typicalSlope: Double {
    let squares = gradient.reduce(0) { $0 + Double($1) * Double($1) }
    return Double(scale) * squares.squareRoot()
  }

  /// The slope of the loss that a single element meets, as a root mean square.
  var typicalElementSlope: Double {
    typicalSlope / Double(max(1, gradient.count)).squareRoot()
  }

  static func rootMeanSquare(_ values: [Float]) -> Float {
    let squares = values.reduce(0) { $0 + Double($1) * Double($1) }
    return values.isEmpty ? 0 : Float((squares / Double(values.count)).squareRoot())
  }

  /// Moves the tensor by `t` along a direction, as far as float32 can.
  ///
  /// - Returns: by how much the loss changes to first order, if the gradient is right.
  func move(_ t: Double, along direction: Direction) -> Double {
    var change = 0.0
    switch direction.steps {
    case .element(let index):
      view[index] = Float(Double(point[index]) + t * Double(scale))
      change = Double(gradient[index]) * (Double(view[index]) - Double(point[index]))
    case .all(let steps):
      for index in point.indices {
        view[index] = Float(Double(point[index]) + t * Double(steps[index]))
        change += Double(gradient[index]) * (Double(view[index]) - Double(point[index]))
      }
    }
    return change
  }

  /// Moves the tensor back to its point.
  func moveBack(from direction: Direction) {
    switch direction.steps {
    case .element(let index): view[index] = point[index]
    case .all: view.copy(from: point)
    }
  }

  /// The analytic slope along a direction, for t.
  func slope(along direction: Direction) -> Double {
    switch direction.steps {
    case .element(let index): Double(gradient[index]) * Double(scale)
    case .all(let steps):
      zip(gradient, steps).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
  }
}
