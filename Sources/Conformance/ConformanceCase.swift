internal import Checkpoints
internal import Configuration
internal import Networks
internal import Optimizers
internal import Options

/// One reference case: a small network, its inputs, and what PyTorch computed from them in float64.
///
/// A case is a folder with `case.yaml` (`model`, `loss`, `optimizer`, `steps`, `clip`, and the
/// `parameter_groups` and `regularization` of a run) and `tensors.safetensors`.
package struct ConformanceCase {
  /// The folder's name.
  package let name: String
  /// The network.
  let model: ModelSpec
  /// The loss.
  let loss: any Loss
  /// The optimizer.
  let optimizer: any Optimizer
  /// Which parameters are updated otherwise, and penalties.
  let rules: ParameterRules
  /// Bounds on the gradient.
  let clip: GradientClip?
  /// Optimizer steps between `parameter/*` and `after/*`.
  let steps: Int
  /// Inputs, parameters and expected results.
  let tensors: SafetensorsFile

  /// Reads a case.
  ///
  /// - Parameters:
  ///   - name: the folder's name.
  ///   - folder: its path.
  /// - Throws: `OptionsError` where the configuration has a layer or an option that does not exist here;
  ///   `SafetensorsError` where the tensors cannot be read.
  package init(name: String, folder: String) throws {
    self.name = name
    let tree = try ConfigurationLoader.load(path: "\(folder)/case.yaml", overrides: [])
    let diagnostics = Diagnostics()
    let reader = OptionReader(tree, context: "the case", diagnostics: diagnostics)
    let model = reader.nested("model").map(ModelSpec.init(options:))
    let loss = reader.value("loss").flatMap { LossRegistry.decode($0, diagnostics: diagnostics) }
    let optimizer = reader.value("optimizer").flatMap {
      OptimizerRegistry.decode($0, diagnostics: diagnostics)
    }
    rules = ParameterRules(configuration: reader)
    clip = reader.nested("clip").flatMap(GradientClip.init(options:))
    steps = reader.integer("steps", in: 0...)
    reader.finish()
    for key in ["model", "loss", "optimizer"] where !reader.has(key) { reader.reportMissing(key) }
    try diagnostics.throwIfAny()
    guard let model, let loss, let optimizer else {
      throw Diagnostic("the case needs a model, a loss and an optimizer")
    }
    self.model = model
    self.loss = loss
    self.optimizer = optimizer
    tensors = try SafetensorsFile(path: "\(folder)/tensors.safetensors")
  }
}
