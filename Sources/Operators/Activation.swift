internal import CKernels
package import Tensors

/// An elementwise activation and its parameter.
///
/// The loops are our own and not oneDNN's eltwise: oneDNN lacks a third of them, a primitive costs
/// more than a small layer's whole activation, and the loops give the same bits with AVX2 and AVX-512.
public struct Activation: Sendable, Equatable {
  /// The functions, by their names in a configuration.
  public enum Kind: String, Sendable, CaseIterable {
    /// x
    case linear
    /// max(0, x)
    case relu
    /// x, or `slope` x below 0
    case leakyReLU = "leaky_relu"
    /// x, or `alpha` (e^x - 1) below 0
    case elu
    /// The self-normalizing exponential unit (Klambauer et al., 2017).
    case selu
    /// 1 / (1 + e^-x)
    case sigmoid
    /// tanh x
    case tanh
    /// e^x
    case exponential
    /// log(1 + e^x)
    case softplus
    /// x sigmoid(x)
    case swish
    /// x tanh(softplus(x))
    case mish
    /// x Φ(x), exact
    case gelu
    /// GELU by its tanh approximation
    case geluTanh = "gelu_tanh"
    /// relu6(x + 3) / 6
    case hardSigmoid = "hard_sigmoid"
    /// arctan x
    case arctan
    /// 1 from 0 on, else 0; its gradient is 0, so it is for fixed networks only
    case binaryStep = "binary_step"
  }

  /// The function.
  public let kind: Kind
  /// The slope of `leaky_relu`, the alpha of `elu`; unused otherwise.
  public let parameter: Float

  /// An activation with a parameter.
  public init(_ kind: Kind, parameter: Float? = nil) {
    self.kind = kind
    self.parameter = parameter ?? Self.defaultParameter(kind)
  }

  /// The names that a configuration may use.
  package static var allNames: [String] { Kind.allCases.map(\.rawValue) }

  private static func defaultParameter(_ kind: Kind) -> Float {
    switch kind {
    case .leakyReLU: 0.01
    case .elu: 1
    default: 0
    }
  }

  /// The identity.
  public static let linear = Activation(.linear)
  /// The rectifier max(0, x).
  public static let relu = Activation(.relu)
  /// The logistic function.
  public static let sigmoid = Activation(.sigmoid)
  /// The hyperbolic tangent.
  public static let tanh = Activation(.tanh)
  /// The exact GELU.
  public static let gelu = Activation(.gelu)
}

extension Activation {
  /// Whether the derivative is computed from the input; from the output otherwise.
  package var derivativeReadsInput: Bool { ck_activation_saves_input(code) }

  /// Applies the function; `output` may be `input`.
  package func forward(_ input: ElementView, into output: ElementView) {
    assert(input.count == output.count)
    switch input.type {
    case .float32:
      unsafe ck_activation_forward(
        code, parameter, input.floats.pointer, output.floats.pointer, input.count)
    case .bfloat16:
      unsafe ck_activation_forward_bf16(
        code, parameter, input.bfloat16Bits, output.bfloat16Bits, input.count)
    }
  }

  /// Multiplies a gradient by the derivative; the destination may be the gradient itself.
  ///
  /// - Parameters:
  ///   - saved: the input or the output of the forward pass, as ``derivativeReadsInput`` says.
  ///   - gradient: the gradient of the output.
  ///   - destination: the gradient of the input.
  package func backward(
    saved: ElementView, gradient: ElementView, into destination: ElementView
  ) {
    assert(saved.count == gradient.count && gradient.count == destination.count)
    switch gradient.type {
    case .float32:
      unsafe ck_activation_backward(
        code, parameter, saved.floats.pointer, gradient.floats.pointer,
        destination.floats.pointer, gradient.count)
    case .bfloat16:
      unsafe ck_activation_backward_bf16(
        code, parameter, saved.bfloat16Bits, gradient.bfloat16Bits, destination.bfloat16Bits,
        gradient.count)
    }
  }

  /// Like ``backward(saved:gradient:into:)`` for rows; `biasGradient` [columns] is overwritten with
  /// the sums over the rows.
  package func backward(
    saved: ElementView, gradient: ElementView, into destination: ElementView,
    biasGradient: FloatView
  ) {
    let columns = biasGradient.count
    assert(gradient.count % columns == 0)
    switch gradient.type {
    case .float32:
      unsafe ck_activation_bias_backward(
        code, parameter, saved.floats.pointer, gradient.floats.pointer,
        destination.floats.pointer, biasGradient.pointer, gradient.count / columns, columns)
    case .bfloat16:
      unsafe ck_activation_bias_backward_bf16(
        code, parameter, saved.bfloat16Bits, gradient.bfloat16Bits, destination.bfloat16Bits,
        biasGradient.pointer, gradient.count / columns, columns)
    }
  }

  private var code: ck_activation {
    switch kind {
    case .linear: CK_LINEAR
    case .relu: CK_RELU
    case .leakyReLU: CK_LEAKY_RELU
    case .elu: CK_ELU
    case .selu: CK_SELU
    case .sigmoid: CK_SIGMOID
    case .tanh: CK_TANH
    case .exponential: CK_EXPONENTIAL
    case .softplus: CK_SOFTPLUS
    case .swish: CK_SWISH
    case .mish: CK_MISH
    case .gelu: CK_GELU
    case .geluTanh: CK_GELU_TANH
    case .hardSigmoid: CK_HARD_SIGMOID
    case .arctan: CK_ARCTAN
    case .binaryStep: CK_BINARY_STEP
    }
  }
}
