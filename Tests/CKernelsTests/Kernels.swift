import CKernels

/// All activations, in the order of the enumeration, with a fitting alpha.
let activations: [(kind: ck_activation, name: String, alpha: Float)] = [
  (CK_LINEAR, "linear", 0), (CK_RELU, "relu", 0), (CK_LEAKY_RELU, "leaky_relu", 0.01),
  (CK_ELU, "elu", 1.5), (CK_SELU, "selu", 0), (CK_SIGMOID, "sigmoid", 0), (CK_TANH, "tanh", 0),
  (CK_EXPONENTIAL, "exponential", 0), (CK_SOFTPLUS, "softplus", 0), (CK_SWISH, "swish", 0),
  (CK_MISH, "mish", 0), (CK_GELU, "gelu", 0), (CK_GELU_TANH, "gelu_tanh", 0),
  (CK_HARD_SIGMOID, "hard_sigmoid", 0), (CK_ARCTAN, "arctan", 0),
  (CK_BINARY_STEP, "binary_step", 0),
]

/// Numbers between -scale and scale, the same in every run.
func numbers(_ count: Int, seed: UInt32, scale: Float = 1) -> [Float] {
  (0..<count).map {
    let word = ck_philox4x32(UInt32($0), seed, 0, 0, 1, 2).x.0
    return (Float(word >> 8) * 0x1p-23 - 1) * scale
  }
}

/// The elements' bits: NaN equals itself, and 0 is not -0.
func bits(_ values: [Float]) -> [UInt32] {
  values.map(\.bitPattern)
}

func activate(_ kind: ck_activation, alpha: Float = 0, _ x: [Float]) -> [Float] {
  var y = [Float](repeating: .nan, count: x.count)
  unsafe ck_activation_forward(kind, alpha, x, &y, x.count)
  return y
}

func activateBackward(
  _ kind: ck_activation, alpha: Float = 0, saved: [Float], dy: [Float]
) -> [Float] {
  var dx = [Float](repeating: .nan, count: dy.count)
  unsafe ck_activation_backward(kind, alpha, saved, dy, &dx, dy.count)
  return dx
}

/// What the backward pass of an activation reads: its input or its output.
func savedForBackward(_ kind: ck_activation, alpha: Float, x: [Float]) -> [Float] {
  ck_activation_saves_input(kind) ? x : activate(kind, alpha: alpha, x)
}
