package import Options

/// All schedulers by name.
package enum SchedulerRegistry {
  /// The schedulers, one line each; the order is that of messages.
  private static var types: [any Scheduler.Type] {
    [
      FullTraining.self, MedianStopping.self, SuccessiveHalving.self, AsynchronousHalving.self,
      Hyperband.self,
    ]
  }

  /// Reads a scheduler from the forms `asha` and `asha: {reduction: 4}`.
  ///
  /// - Returns: the scheduler; nil where the name is wrong, which is reported.
  package static func decode(
    _ value: OptionValue, diagnostics: Diagnostics
  ) -> (any Scheduler)? {
    KindChoice.read(value, what: "scheduler", kinds: types.map { $0.kind }, diagnostics) {
      index, options in types[index].init(options: options)
    }
  }
}
