public import Tensors

/// Where a run's data comes from and how it is prepared: the `data` section of a configuration.
public struct DataSpec: Sendable, Hashable {
  /// The kinds of data source.
  public enum Source: Sendable, Hashable {
    /// Images and labels in IDX files, the format of the MNIST family.
    case idx(DataParts<IDXFiles>)
    /// CSV files (paths) with one header line.
    case csv(DataParts<String>, columns: TableColumns)
    /// Random features and labels, for benchmarks.
    case synthetic(DataParts<SyntheticSamples>)
  }

  /// What a network is to give for a sample.
  public enum Target: String, Sendable, Hashable, CaseIterable {
    /// What the source says: a label, or the value of a column.
    case given
    /// The sample itself, rescaled as the network sees it: an autoencoder's target.
    case input
  }

  /// The source.
  public var source: Source
  /// What a network is to give for a sample.
  public var target: Target
  /// How features are rescaled; the figures are fitted on the training part.
  public var normalize: Normalization.Kind

  /// Describes a run's data.
  ///
  /// - Parameters:
  ///   - source: where the samples are.
  ///   - target: what a network is to give. Default: what the source says.
  ///   - normalize: how features are rescaled. Default: not at all.
  /// - Precondition: the source says the targets, or each sample is its own.
  public init(
    source: Source, target: Target = .given, normalize: Normalization.Kind = .none
  ) {
    precondition(
      target == .input || source.hasTargets, "samples without targets can only be their own")
    self.source = source
    self.target = target
    self.normalize = normalize
  }

  /// Every file that loading reads.
  public var paths: [String] {
    switch source {
    case .idx(let parts): parts.allFiles.flatMap { [$0.images] + ($0.labels.map { [$0] } ?? []) }
    case .csv(let parts, _): parts.allFiles
    case .synthetic: []
    }
  }
}

extension DataSpec.Source {
  /// Whether the source says what is to be predicted.
  fileprivate var hasTargets: Bool {
    switch self {
    case .idx(let parts): parts.allFiles.allSatisfy { $0.labels != nil }
    case .csv(_, let columns): columns.target != nil
    case .synthetic: true
    }
  }
}

/// The training, validation and test parts of a source whose files are named by `Files`.
public struct DataParts<Files: Sendable & Hashable>: Sendable, Hashable {
  /// Where a part that is not trained on comes from.
  public enum Part: Sendable, Hashable {
    /// Files of its own.
    case files(Files)
    /// Samples held out from the training files.
    case heldOut(HeldOut)
  }

  /// The training files.
  public var train: Files
  /// The validation part; nil for none.
  public var validation: Part?
  /// The test part; nil for none.
  public var test: Part?

  /// Names the parts.
  public init(train: Files, validation: Part? = nil, test: Part? = nil) {
    self.train = train
    self.validation = validation
    self.test = test
  }

  /// The files of all parts.
  var allFiles: [Files] {
    [train]
      + [validation, test].compactMap { part in
        if case .files(let files) = part { files } else { nil }
      }
  }
}

/// A share of the training samples that is not trained on.
public struct HeldOut: Sendable, Hashable {
  /// The share, above 0 and below 1; for validation, of what is left after the test part was taken.
  public var fraction: Double
  /// Whether each class gives its exact share; without effect in regression.
  public var stratify: Bool

  /// Describes a held-out share.
  ///
  /// - Precondition: `fraction` is above 0 and below 1.
  public init(fraction: Double, stratify: Bool = true) {
    precondition(fraction > 0 && fraction < 1, "a share of \(fraction) cannot be held out")
    self.fraction = fraction
    self.stratify = stratify
  }
}

/// A pair of IDX files.
public struct IDXFiles: Sendable, Hashable {
  /// Path of the images: unsigned bytes, `[samples, height, width]`, `[samples, height, width,
  /// channels]` or `[samples, features]`.
  public var images: String
  /// Path of the labels: unsigned bytes, `[samples]`; nil where each image is its own target.
  public var labels: String?

  /// Names the files.
  public init(images: String, labels: String?) {
    self.images = images
    self.labels = labels
  }
}

/// What the columns of a CSV file mean.
public struct TableColumns: Sendable, Hashable {
  /// What is predicted.
  public enum Task: String, Sendable, Hashable, CaseIterable {
    /// One of the classes that occur in the target column.
    case classification
    /// The number in the target column.
    case regression
  }

  /// The name of the target column; nil where each row is its own target.
  public var target: String?
  /// What is predicted; without effect where there is no target column.
  public var task: Task
  /// Columns that are left out; all others but the target are features.
  public var ignore: [String]

  /// Describes the columns.
  public init(target: String?, task: Task, ignore: [String] = []) {
    self.target = target
    self.task = task
    self.ignore = ignore
  }
}

/// Random samples: standard normal features, uniform labels.
public struct SyntheticSamples: Sendable, Hashable {
  /// The number of samples.
  public var samples: Int
  /// The shape of a sample.
  public var shape: Shape
  /// The number of classes, at least 2.
  public var classes: Int
  /// The seed; nil for the run's.
  public var seed: UInt64?

  /// Describes random samples.
  public init(samples: Int, shape: Shape, classes: Int, seed: UInt64? = nil) {
    self.samples = samples
    self.shape = shape
    self.classes = classes
    self.seed = seed
  }
}
