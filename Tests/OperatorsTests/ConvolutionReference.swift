import Operators

/// A convolution in nested loops and double precision.
struct ConvolutionReference {
  let sizes: ConvolutionSizes
  let input: [Double]
  let weight: [Double]
  let bias: [Double]?
  let gradient: [Double]

  /// Calls a closure for every product: indices of output, input and weight.
  private func forEachProduct(_ body: (_ output: Int, _ input: Int, _ weight: Int) -> Void) {
    let (rows, columns) = (sizes.vertical, sizes.horizontal)
    let (channels, filters) = (sizes.channels / sizes.groups, sizes.filters / sizes.groups)
    for image in 0..<sizes.batch {
      for top in 0..<rows.output {
        for left in 0..<columns.output {
          let place = (image * rows.output + top) * columns.output + left
          for filter in 0..<sizes.filters {
            for row in 0..<rows.window {
              let y = top * rows.stride - rows.before + row * rows.dilation
              guard (0..<rows.input).contains(y) else { continue }
              for column in 0..<columns.window {
                let x = left * columns.stride - columns.before + column * columns.dilation
                guard (0..<columns.input).contains(x) else { continue }
                for channel in 0..<channels {
                  let source =
                    ((image * rows.input + y) * columns.input + x) * sizes.channels
                    + filter / filters * channels + channel
                  let factor =
                    ((filter * channels + channel) * rows.window + row) * columns.window + column
                  body(place * sizes.filters + filter, source, factor)
                }
              }
            }
          }
        }
      }
    }
  }

  /// The output.
  var output: [Double] {
    var output = (0..<sizes.outputCount).map { bias?[$0 % sizes.filters] ?? 0 }
    forEachProduct { output[$0] += input[$1] * weight[$2] }
    return output
  }

  /// The gradient of the input.
  var inputGradient: [Double] {
    var result = [Double](repeating: 0, count: sizes.inputCount)
    forEachProduct { result[$1] += gradient[$0] * weight[$2] }
    return result
  }

  /// The gradient of the weight.
  var weightGradient: [Double] {
    var result = [Double](repeating: 0, count: sizes.weightCount)
    forEachProduct { result[$2] += gradient[$0] * input[$1] }
    return result
  }
}
