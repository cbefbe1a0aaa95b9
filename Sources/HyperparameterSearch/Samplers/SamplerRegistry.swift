package import Options

/// All samplers by name.
package enum SamplerRegistry {
  /// The samplers, one line each; the order is that of messages.
  private static var types: [any Sampler.Type] {
    [
      RandomSampler.self,
      GridSampler.self,
      SobolSampler.self,
      TreeParzenSampler.self,
      GaussianProcessSampler.self,
    ]
  }

  /// Reads a sampler from the forms `tpe` and `tpe: {startup_trials: 20}`.
  ///
  /// - Returns: the sampler; nil where the name is wrong, which is reported.
  package static func decode(
    _ value: OptionValue, diagnostics: Diagnostics
  ) -> (any Sampler)? {
    KindChoice.read(value, what: "sampler", kinds: types.map { $0.kind }, diagnostics) {
      index, options in types[index].init(options: options)
    }
  }
}
