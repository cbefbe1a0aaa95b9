internal import Operators
internal import Options
internal import Tensors

/// The windows that a pooling layer moves over an image.
struct PoolWindow: Sendable {
  let size: Extent2D
  let stride: Extent2D
  let padding: Extent2D

  /// Windows side by side where no stride is given.
  init(size: Extent2D, stride: Extent2D?, padding: Extent2D) {
    self.size = size
    self.stride = stride ?? size
    self.padding = padding
    precondition(
      min(self.size.height, self.size.width, self.stride.height, self.stride.width) > 0,
      "a pooling window of \(size) by \(self.stride)")
    precondition(
      min(padding.height, padding.width) >= 0 && Self.isLegal(padding, for: size),
      "a pooling window of \(size) with a padding of \(padding), more than half of it")
  }

  /// Reads `size`, `stride` and `padding`.
  init(options: OptionReader) {
    if !options.has("size") { options.reportMissing("size") }
    let size = options.extent("size", in: 1...) ?? 1
    let stride = options.extent("stride", in: 1...)
    var padding: Extent2D = 0
    if let value = options.value("padding") {
      if case .scalar("valid", _) = value.content {
        padding = 0
      } else if case .scalar(let text, _) = value.content, Int(text) == nil {
        options.report(
          "`padding` of \(options.context) takes `valid`, a whole number or a pair "
            + "[height, width], found \(value.kindDescription)", for: "padding")
      } else if let numbers = options.extent("padding", in: 0...) {
        padding = numbers
      }
    }
    if !Self.isLegal(padding, for: size) {
      options.report(
        "`padding` of \(options.context) is \(padding), more than half the window of \(size)",
        for: "padding", hint: "a window would lie outside of the image")
      padding = 0
    }
    self.init(size: size, stride: stride, padding: padding)
  }

  private static func isLegal(_ padding: Extent2D, for size: Extent2D) -> Bool {
    padding.height <= size.height / 2 && padding.width <= size.width / 2
  }

  /// The shape of a sample's output.
  ///
  /// - Throws: ``LayerError`` where the input is no image, or smaller than a window.
  func outputShape(of input: Shape, in layer: some Layer) throws(LayerError) -> Shape {
    try layer.checkImage(input)
    guard
      size.height <= input[0] + 2 * padding.height, size.width <= input[1] + 2 * padding.width
    else {
      throw LayerError(
        "\(layer.kind)'s window of \(size) is larger than its input \(input)"
          + (padding == 0 ? "" : " with a padding of \(padding)"),
        hint: "make `size` smaller, or pool less before")
    }
    func count(_ axis: Int, _ side: KeyPath<Extent2D, Int>) -> Int {
      PoolGeometry.outputSize(
        of: input[axis], window: size[keyPath: side], stride: stride[keyPath: side],
        padding: padding[keyPath: side])
    }
    return [count(0, \.height), count(1, \.width), input[2]]
  }

  /// The sizes for an operation.
  func geometry(at site: OperationSite) -> PoolGeometry {
    geometry(image: site.inputShapes[0], batch: site.batch)
  }

  /// The sizes for a batch of images.
  func geometry(image: Shape, batch: Int) -> PoolGeometry {
    PoolGeometry(
      input: image, batch: batch, window: (size.height, size.width),
      stride: (stride.height, stride.width), padding: (padding.height, padding.width))
  }
}

extension Layer {
  /// Refuses what is no image.
  func checkImage(_ input: Shape) throws(LayerError) {
    guard input.rank == 3 else {
      throw LayerError(
        "\(kind) takes an image [height, width, channels], found \(input)",
        hint: input.rank == 2
          ? "give it one channel: `reshape: {shape: [\(input[0]), \(input[1]), 1]}`" : nil)
    }
  }
}
