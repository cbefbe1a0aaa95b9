internal import COneDNN
internal import Tensors

/// A convolution as oneDNN describes it.
///
/// oneDNN names axes batch, channels, rows, columns; images are stored with channels the fastest.
struct ConvolutionDescriptions {
  /// The convolution in words.
  let detail: String
  /// The input.
  let input: dnnl_memory_desc_t
  /// The output.
  let output: dnnl_memory_desc_t
  /// The bias.
  let bias: dnnl_memory_desc_t
  /// The weight as the arena has it.
  let plainWeight: dnnl_memory_desc_t
  /// Whether the backward passes must not be oneDNN's special ones for kernels of one element.
  ///
  /// Where these gather strided images of fewer channels than a vector has, `jit_1x1` writes past its
  /// own room for the gradient of the weight (oneDNN's issue 6035; seen in 2.6.3 with AVX2, and its code
  /// for AVX-512 is alike), and `jit_bf16_1x1` computes a wrong gradient of the input.
  let avoidsOneByOne: Bool
  private let weight: dnnl_memory_desc_t
  private let weightGradient: dnnl_memory_desc_t
  private let strides: [dnnl_dim_t]
  private let holes: [dnnl_dim_t]
  private let before: [dnnl_dim_t]
  private let after: [dnnl_dim_t]

  init(_ sizes: ConvolutionSizes, type: ElementType) {
    let (rows, columns) = (sizes.vertical, sizes.horizontal)
    let channelsLast = [0, 2, 3, 1]
    detail = "\(sizes.description) in \(type)"
    input = .plain(
      [sizes.batch, sizes.channels, rows.input, columns.input], storage: channelsLast, type)
    output = .plain(
      [sizes.batch, sizes.filters, rows.output, columns.output], storage: channelsLast, type)
    bias = .plain([sizes.filters], .float32)
    let weightSizes =
      (sizes.groups > 1 ? [sizes.groups] : [])
      + [
        sizes.filters / sizes.groups, sizes.channels / sizes.groups, rows.window, columns.window,
      ]
    plainWeight = .plain(weightSizes, .float32)
    weight = .any(weightSizes, type)
    weightGradient = .any(weightSizes, .float32)
    let axes = [rows, columns]
    avoidsOneByOne =
      sizes.channels / sizes.groups < 16 && axes.allSatisfy { $0.window == 1 }
      && axes.contains { $0.stride > 1 }
    strides = axes.map { dnnl_dim_t($0.stride) }
    holes = axes.map { dnnl_dim_t($0.dilation - 1) }
    before = axes.map { dnnl_dim_t($0.before) }
    // What the stride leaves over at the end is not looked at.
    after = axes.map { dnnl_dim_t(($0.output - 1) * $0.stride + $0.reach - $0.input - $0.before) }
  }

  /// The forward pass.
  func forward(hasBias: Bool) throws(OperatorError) -> dnnl_convolution_desc_t {
    var operation = dnnl_convolution_desc_t()
    var (input, weight, bias, output) = (input, weight, bias, output)
    let status =
      hasBias
      ? unsafe dnnl_dilated_convolution_forward_desc_init(
        &operation, dnnl_forward_training, dnnl_convolution_direct, &input, &weight, &bias,
        &output, strides, holes, before, after)
      : unsafe dnnl_dilated_convolution_forward_desc_init(
        &operation, dnnl_forward_training, dnnl_convolution_direct, &input, &weight, nil,
        &output, strides, holes, before, after)
    try check(status, "dnnl_dilated_convolution_forward_desc_init", detail)
    return operation
  }

  /// The gradient of the input.
  func backwardToInput() throws(OperatorError) -> dnnl_convolution_desc_t {
    var operation = dnnl_convolution_desc_t()
    var (input, weight, output) = (input, weight, output)
    try unsafe check(
      dnnl_dilated_convolution_backward_data_desc_init(
        &operation, dnnl_convolution_direct, &input, &weight, &output, strides, holes, before,
        after), "dnnl_dilated_convolution_backward_data_desc_init", detail)
    return operation
  }

  /// The gradient of the weight.
  func backwardToWeight() throws(OperatorError) -> dnnl_convolution_desc_t {
    var operation = dnnl_convolution_desc_t()
    var (input, weight, output) = (input, weightGradient, output)
    try unsafe check(
      dnnl_dilated_convolution_backward_weights_desc_init(
        &operation, dnnl_convolution_direct, &input, &weight, nil, &output, strides, holes,
        before, after), "dnnl_dilated_convolution_backward_weights_desc_init", detail)
    return operation
  }
}
