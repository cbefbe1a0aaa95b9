internal import Tensors

/// A way to move a tensor.
struct Direction {
  /// How far each element goes at t = 1.
  enum Steps {
    /// One element alone, by the tensor's scale.
    case element(Int)
    /// Every element by its own step.
    case all([Float])
  }

  /// How far each element goes at t = 1.
  let steps: Steps
  /// What it is, in words: `along the gradient`, `element [3, 5]`.
  let name: String

  /// Whether one element alone moves.
  var isElement: Bool {
    if case .element = steps { return true }
    return false
  }

  /// The directions that a tensor is checked along.
  ///
  /// The first is the gradient's own, where a factor shows best. Random signs meet what a wrong
  /// gradient leaves out. Single elements, the largest and random ones, show which are wrong.
  static func all(of tensor: CheckedTensor, _ settings: GradientCheckSettings) -> [Direction] {
    let count = tensor.point.count
    var directions: [Direction] = []
    let largest = tensor.gradient.reduce(0) { max($0, abs($1)) }
    if largest > 0, largest.isFinite {
      let factor = tensor.scale / largest
      let steps = Steps.all(tensor.gradient.map { $0 * factor })
      directions.append(Direction(steps: steps, name: "along the gradient"))
    }
    let stream = RandomStream(seed: settings.seed, purpose: .noise)
    let tag = Self.tag(of: tensor.name)
    for number in 0..<settings.directions {
      let signs = (0..<count).map { index in
        let word = stream.words(UInt32(truncatingIfNeeded: index), tag, UInt32(number), 1).0
        return word >> 31 == 0 ? tensor.scale : -tensor.scale
      }
      directions.append(Direction(steps: .all(signs), name: "random direction \(number + 1)"))
    }
    for index in elements(of: tensor, settings.elements, stream, tag) {
      let name = "element \(position(index, in: tensor.shape))"
      directions.append(Direction(steps: .element(index), name: name))
    }
    return directions
  }

  /// Half of the elements are those of the largest gradient, the others random.
  private static func elements(
    of tensor: CheckedTensor, _ wanted: Int, _ stream: RandomStream, _ tag: UInt32
  ) -> [Int] {
    let count = tensor.point.count
    if count <= wanted { return Array(0..<count) }
    let bySize = tensor.gradient.indices.sorted {
      (abs(tensor.gradient[$1]), $0) < (abs(tensor.gradient[$0]), $1)
    }
    var chosen = Array(bySize.prefix((wanted + 1) / 2))
    var draw: UInt32 = 0
    while chosen.count < wanted {
      let word = stream.words(draw, tag, 0, 2).0
      let index = Int((UInt64(word) * UInt64(count)) >> 32)
      if !chosen.contains(index) { chosen.append(index) }
      draw += 1
    }
    return chosen
  }

  /// An element's indices along the axes: `[3, 5]`.
  static func position(_ index: Int, in shape: Shape) -> String {
    var rest = index
    var indices: [Int] = []
    for size in shape.dimensions.reversed() {
      indices.append(rest % size)
      rest /= size
    }
    return Shape(indices.reversed()).description
  }

  /// A number of a name, to count random numbers by (FNV-1a, 32 bits).
  static func tag(of name: String) -> UInt32 {
    name.utf8.reduce(0x811C_9DC5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
  }
}
