import CKernels
import CKernelsLevels
import Testing

extension LevelTests {
  @Test("Winograd convolutions", arguments: [false, true])
  func winograd(isBFloat16: Bool) {
    // Partly empty groups of channels, tiles that are not whole, more than one block.
    let (batch, height, width, channels, filters) = (5, 14, 15, 17, 40)
    let shape = ck_winograd_shape(
      batch: batch, height: height, width: width, channels: channels, filters: filters,
      top: 1, left: 2, out_height: height, out_width: width + 1)
    let outputs = batch * height * (width + 1) * filters, inputs = batch * height * width * channels
    // Two bfloat16 numbers in the room of a float.
    func stored(_ values: [Float]) -> [Float] {
      guard isBFloat16 else { return values }
      return stride(from: 0, to: values.count, by: 2).map { i in
        Float(
          bitPattern: values[i].bitPattern >> 16 | values[i + 1].bitPattern & 0xffff_0000)
      }
    }
    let x = stored(numbers(inputs, seed: 15)), dy = stored(numbers(outputs, seed: 16))
    let weight = numbers(9 * filters * channels, seed: 17), bias = numbers(filters, seed: 18)
    let scratchCount = max(
      ck_winograd_forward_scratch(shape), ck_winograd_backward_data_scratch(shape),
      ck_winograd_backward_weights_scratch(shape))
    var scratch = [Float](repeating: 0, count: scratchCount)

    func images(
      _ data: UnsafeRawPointer, _ height: Int, _ width: Int, _ channels: Int, _ top: Int = 0,
      _ left: Int = 0
    ) -> level_images {
      unsafe level_images(
        data: data, height: height, width: width, channels: channels, top: top, left: left,
        is_bfloat16: isBFloat16)
    }
    unsafe x.withUnsafeBytes { x in
      unsafe dy.withUnsafeBytes { dy in
        let input = unsafe images(x.baseAddress!, height, width, channels, 1, 2)
        let gradient = unsafe images(dy.baseAddress!, height, width + 1, filters)
        let turned = unsafe images(dy.baseAddress!, height, width + 1, filters, 1, 0)
        compare(
          "forward", count: outputs,
          { (y: inout [Float]) in
            unsafe ck_winograd_convolve_v3(
              input, weight, false, bias, images(&y, height, width + 1, filters), batch, &scratch)
          },
          { (y: inout [Float]) in
            unsafe ck_winograd_convolve_v4(
              input, weight, false, bias, images(&y, height, width + 1, filters), batch, &scratch)
          })
        compare(
          "backward data", count: inputs,
          { (y: inout [Float]) in
            unsafe ck_winograd_convolve_v3(
              turned, weight, true, nil, images(&y, height, width, channels), batch, &scratch)
          },
          { (y: inout [Float]) in
            unsafe ck_winograd_convolve_v4(
              turned, weight, true, nil, images(&y, height, width, channels), batch, &scratch)
          })
        var dbias = [Float](repeating: 0, count: filters), dbias4 = dbias
        compare(
          "backward weights", count: 9 * filters * channels,
          { (y: inout [Float]) in
            unsafe ck_winograd_convolve_weights_v3(input, gradient, batch, &y, &dbias, &scratch)
          },
          { (y: inout [Float]) in
            unsafe ck_winograd_convolve_weights_v4(input, gradient, batch, &y, &dbias4, &scratch)
          })
        #expect(bits(dbias) == bits(dbias4))
      }
    }
  }
}
