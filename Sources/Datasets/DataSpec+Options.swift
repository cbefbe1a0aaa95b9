public import Options
internal import Tensors

extension DataSpec {
  private enum SourceName: String, CaseIterable {
    case idx, csv, synthetic
  }

  /// Reads the `data` section of a configuration.
  ///
  /// Problems go to the reader's diagnostics; the value is then only a stand-in.
  ///
  /// - Parameters:
  ///   - options: the section.
  ///   - directory: the folder that relative paths start at; empty for the working folder.
  public init(options: OptionReader, directory: String) {
    let decoder = DataSpecDecoder(options: options, directory: directory)
    if !options.has("source") {
      options.reportMissing("source", hint: "known sources: idx, csv, synthetic")
    }
    // Without a source nobody knows which keys are legal, so none is called unknown.
    guard let name = options.choice("source", of: SourceName.self) else {
      self.init(source: .csv(DataParts(train: ""), columns: .init(target: "", task: .regression)))
      return
    }
    let normalize = options.choice("normalize", of: Normalization.Kind.self) ?? .none
    let target = decoder.target(isTable: name == .csv)
    let source: Source =
      switch name {
      case .idx: .idx(decoder.idx())
      case .csv: decoder.csv()
      case .synthetic: .synthetic(decoder.synthetic())
      }
    options.finish()
    self.init(source: source, target: target, normalize: normalize)
  }
}

/// Decodes the parts of each kind of source.
private struct DataSpecDecoder {
  let options: OptionReader
  let directory: String

  /// What `target` says: `input`, or the name of a table's column.
  ///
  /// A column may be named `input` too; `task` tells that it is meant.
  func target(isTable: Bool) -> DataSpec.Target {
    if isTable { return reconstructsRows ? .input : .given }
    guard let text = options.text("target") else { return .given }
    if text != DataSpec.Target.input.rawValue {
      options.report(
        "`target` of \(options.context) is `\(text)`, legal is `input`", for: "target",
        hint: "leave it out to predict the labels")
    }
    return .input
  }

  private var reconstructsRows: Bool {
    options.text("target") == DataSpec.Target.input.rawValue && !options.has("task")
  }

  /// Whether each sample has a class.
  private var hasLabels: Bool { !options.has("target") }

  func idx() -> DataParts<IDXFiles> {
    let train = options.nested("train", context: "data.train")
    if train == nil {
      options.reportMissing("train", hint: "write `train: {images: …, labels: …}`")
    }
    return DataParts(
      train: train.map(idxFiles) ?? IDXFiles(images: "", labels: ""),
      validation: part("validation", isClassification: hasLabels, files: idxFiles),
      test: part("test", isClassification: hasLabels, files: idxFiles))
  }

  func csv() -> DataSpec.Source {
    let train = path(options, "train", what: "a CSV file")
    let target = options.text("target")
    if !options.has("target") {
      options.reportMissing(
        "target",
        hint: "name the column that is to be predicted, or write `input` for an autoencoder")
    }
    let task = options.choice("task", of: TableColumns.Task.self)
    if !options.has("task"), !reconstructsRows {
      options.reportMissing("task", hint: "write `task: classification` or `task: regression`")
    }
    let columns = TableColumns(
      target: reconstructsRows ? nil : target ?? "", task: task ?? .classification,
      ignore: options.texts("ignore") ?? [])
    if let target = columns.target, columns.ignore.contains(target) {
      options.report("`ignore` names the target column `\(target)`", for: "ignore")
    }
    let isClassification = columns.task == .classification && !reconstructsRows
    return .csv(
      DataParts(
        train: train,
        validation: csvPart("validation", isClassification: isClassification),
        test: csvPart("test", isClassification: isClassification)),
      columns: columns)
  }

  func synthetic() -> DataParts<SyntheticSamples> {
    if !options.has("shape") {
      options.reportMissing("shape", hint: "write the sizes of a sample: `shape: [28, 28, 1]`")
    }
    let samples = options.integer("samples", in: 1...Int(UInt32.max))
    let train = SyntheticSamples(
      samples: samples, shape: Shape(options.integers("shape", in: 1...) ?? [1]),
      classes: options.integer("classes", in: 2...1 << 24),
      seed: options.optionalInteger("seed", in: 0...).map(UInt64.init))
    return DataParts(
      train: train,
      validation: heldOut("validation", isClassification: hasLabels).map { .heldOut($0) },
      test: heldOut("test", isClassification: hasLabels).map { .heldOut($0) })
  }

  private func idxFiles(_ reader: OptionReader) -> IDXFiles {
    let files = IDXFiles(
      images: path(reader, "images", what: "an IDX file"),
      labels: hasLabels || reader.has("labels")
        ? path(reader, "labels", what: "an IDX file") : nil)
    reader.finish()
    return files
  }

  private func csvPart(_ key: String, isClassification: Bool) -> DataParts<String>.Part? {
    if case .scalar = options.value(key)?.content {
      return .files(path(options, key, what: "a CSV file"))
    }
    return heldOut(key, isClassification: isClassification).map { .heldOut($0) }
  }

  private func part<Files>(
    _ key: String, isClassification: Bool, files: (OptionReader) -> Files
  ) -> DataParts<Files>.Part? {
    if options.value(key)?["fraction"] != nil {
      return heldOut(key, isClassification: isClassification).map { .heldOut($0) }
    }
    return options.nested(key, context: "data.\(key)").map { .files(files($0)) }
  }

  private func heldOut(_ key: String, isClassification: Bool) -> HeldOut? {
    guard let reader = options.nested(key, context: "data.\(key)") else { return nil }
    let fraction = reader.number(
      "fraction", where: { $0 > 0 && $0 < 1 }, orElse: "above 0 and below 1", standIn: 0.5)
    let stratify = reader.boolean("stratify", default: isClassification)
    if stratify, !isClassification {
      reader.report(
        "`stratify` of \(reader.context) needs classes, but no class is predicted",
        for: "stratify")
    }
    reader.finish()
    return HeldOut(fraction: fraction, stratify: stratify)
  }

  private func path(_ reader: OptionReader, _ key: String, what: String) -> String {
    guard let text = reader.text(key) else {
      if !reader.has(key) { reader.reportMissing(key, hint: "give the path of \(what)") }
      return ""
    }
    if text.hasPrefix("/") || directory.isEmpty { return text }
    return directory.hasSuffix("/") ? directory + text : "\(directory)/\(text)"
  }
}
