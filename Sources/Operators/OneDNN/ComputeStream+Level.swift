internal import CKernels
internal import COneDNN

// Which level of the instruction set computes, and how it is held to AVX2, so that a CPU with AVX-512
// gives the bits of one without. It is enough to hold oneDNN:
//
// - oneDNN takes its implementations and block sizes by what this limit leaves of the CPU's level; of
//   what else it reads of the CPU, the sizes of caches, nothing on AVX2 changes the order of a sum.
// - Our own kernels keep AVX-512 where they have it: their versions for both levels give the same bits
//   (ck_clones.h), only the one for CPUs without FMA does not.
// - Whatever here chooses by the level asks for oneDNN's, limit included.
// - The C library's logarithms and sines have one version for all CPUs with FMA.
//
// Float32 networks with products, convolutions (direct and Winograd), recurrent layers, attention and
// batch norm were trained so, and on emulated CPUs without AVX-512 and with other caches
// (`qemu-x86_64 -cpu Haswell`, `-cpu EPYC`): the weights were the same to the last bit.
extension ComputeStream {
  /// The instruction-set level that computes, as users know it: `AVX-512`, `AVX2`.
  ///
  /// From the first time that it is asked for, the level of the process is settled.
  public static var instructionSet: String {
    let level = oneDNNLevel
    let isLow = level.hasPrefix("AVX") && level != "AVX" && !kernelsHaveAVX2
    return isLow ? level + ", other kernels without AVX2" : level
  }

  private static var oneDNNLevel: String {
    switch dnnl_get_effective_cpu_isa().rawValue {
    case dnnl_cpu_isa_sse41.rawValue: "SSE4.1"
    case dnnl_cpu_isa_avx.rawValue: "AVX"
    case dnnl_cpu_isa_avx2.rawValue: "AVX2"
    case dnnl_cpu_isa_avx2_vnni.rawValue: "AVX2 with VNNI"
    case dnnl_cpu_isa_avx512_core.rawValue: "AVX-512"
    case dnnl_cpu_isa_avx512_core_vnni.rawValue: "AVX-512 with VNNI"
    case dnnl_cpu_isa_avx512_core_bf16.rawValue: "AVX-512 with bfloat16"
    case dnnl_cpu_isa_avx512_core_amx.rawValue: "AVX-512 with AMX"
    default: "level \(dnnl_get_effective_cpu_isa().rawValue)"
    }
  }

  /// Whether the CPU has what our kernels' version for AVX2 needs, FMA and the bit manipulations of the
  /// same generation included.
  private static var kernelsHaveAVX2: Bool {
    unsafe String(cString: ck_instruction_set()) != "x86-64"
  }

  /// Holds this process to AVX2, from now on and for good.
  ///
  /// - Returns: whether it computes with AVX2; false where the CPU has none, and where the level was
  ///   settled before at another one.
  public static func holdToAVX2() -> Bool {
    // It refuses where the level is settled, which is no failure if that is AVX2.
    dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx2)
    return kernelsHaveAVX2
      && dnnl_get_effective_cpu_isa().rawValue == dnnl_cpu_isa_avx2.rawValue
  }

  /// How this CPU computes in bfloat16.
  public static var bfloat16Support: BFloat16Support {
    switch dnnl_get_effective_cpu_isa().rawValue {
    case dnnl_cpu_isa_avx512_core_bf16.rawValue, dnnl_cpu_isa_avx512_core_amx.rawValue: .native
    case dnnl_cpu_isa_avx512_core.rawValue, dnnl_cpu_isa_avx512_core_vnni.rawValue: .emulated
    default: .none
    }
  }

  /// Whether the CPU multiplies whole tiles of bfloat16 numbers, and oneDNN may use it.
  static var hasAMX: Bool {
    dnnl_get_effective_cpu_isa().rawValue == dnnl_cpu_isa_avx512_core_amx.rawValue
  }
}
