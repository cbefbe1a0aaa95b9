internal import Tensors

extension DataSpec {
  /// Reads the files, cuts the parts and fits the normalization.
  ///
  /// First the test part is held out (where it has no files of its own), then the validation part from
  /// what is left; the normalization is fitted to the rest, which is trained on. Every rank that calls
  /// it with the same seed gets the same parts.
  ///
  /// - Parameter seed: the run's seed.
  /// - Returns: the parts.
  /// - Throws: ``DatasetError`` for whatever is wrong with the files.
  public func load(seed: UInt64) throws(DatasetError) -> DataSplits {
    switch source {
    case .idx(let parts):
      try assemble(parts, seed: seed) { files, train throws(DatasetError) in
        try asTarget(IDXLoader.load(files, like: train))
      }
    case .csv(let parts, let columns):
      try assemble(parts, seed: seed) { path, train throws(DatasetError) in
        try asTarget(Self.table(path, columns, like: train))
      }
    case .synthetic(let parts):
      try assemble(parts, seed: seed) { samples, _ throws(DatasetError) in
        asTarget(samples.draw(seed: seed))
      }
    }
  }

  /// The samples with the target that is asked for.
  private func asTarget(_ dataset: Dataset) -> Dataset {
    target == .input ? dataset.reconstructing : dataset
  }

  /// Reads the files of each part with `read`, which gets the training data to compare with, and holds
  /// out what has no files.
  private func assemble<Files>(
    _ parts: DataParts<Files>, seed: UInt64,
    read: (Files, Dataset?) throws(DatasetError) -> Dataset
  ) throws(DatasetError) -> DataSplits {
    var train = try read(parts.train, nil)
    let whole = train
    func part(
      _ part: DataParts<Files>.Part?, _ stage: HeldOutSplit.Stage
    ) throws(DatasetError) -> Dataset? {
      switch part {
      case nil: return nil
      case .files(let files): return try read(files, whole)
      case .heldOut(let share):
        let (kept, heldOut) = try HeldOutSplit(seed: seed, stage: stage).cut(train, share)
        train = kept
        return heldOut
      }
    }
    let test = try part(parts.test, .test)
    let validation = try part(parts.validation, .validation)
    return DataSplits(train: train, validation: validation, test: test, normalize: normalize)
  }

  private static func table(
    _ path: String, _ columns: TableColumns, like train: Dataset?
  ) throws(DatasetError) -> Dataset {
    let like = train.map { (columnNames: $0.columnNames ?? [], classNames: $0.classNames) }
    let table = try CSVReader(columns: columns).read(path: path, like: like)
    if columns.target == nil {
      return Dataset(
        features: .floats(table.features), sampleShape: [table.columnNames.count],
        count: table.rowCount, columnNames: table.columnNames)
    }
    return Dataset(
      features: .floats(table.features), sampleShape: [table.columnNames.count],
      targets: table.targets, classNames: table.classNames, columnNames: table.columnNames)
  }
}

/// Makes datasets of pairs of IDX files.
enum IDXLoader {
  /// Reads a pair of files.
  ///
  /// - Parameters:
  ///   - files: images and labels.
  ///   - train: the training data, whose sample shape and classes these files must have; nil for the
  ///     training files.
  /// - Returns: the samples.
  /// - Throws: ``DatasetError`` where a file is bad, or the two do not fit each other or `train`.
  static func load(_ files: IDXFiles, like train: Dataset?) throws(DatasetError) -> Dataset {
    let images = try IDXReader.read(path: files.images)
    guard !images.bytes.isEmpty else {
      throw DatasetError(
        "expected images, found \(Shape(images.dimensions))",
        at: .byte(file: images.path, offset: 4))
    }
    var dimensions = Array(images.dimensions.dropFirst())
    if dimensions.count == 2 { dimensions.append(1) }
    if dimensions.isEmpty { dimensions = [1] }
    let shape = Shape(dimensions)
    if let train, shape != train.sampleShape {
      throw DatasetError(
        "expected samples of \(train.sampleShape) as in the training data, found \(shape)",
        at: .byte(file: images.path, offset: 4))
    }
    guard let path = files.labels else {
      return Dataset(
        features: .bytes(images.bytes), sampleShape: shape, count: images.dimensions[0],
        columnNames: nil)
    }
    let labels = try IDXReader.read(path: path)
    try check(images, labels)
    let classes: Int
    if let names = train?.classNames {
      classes = names.count
    } else {
      classes = try classCount(labels)
    }
    if let index = labels.bytes.firstIndex(where: { $0 >= classes }) {
      throw DatasetError(
        "expected a label from 0 to \(classes - 1) as in the training data, found "
          + "\(labels.bytes[index]) for sample \(index)",
        at: .byte(file: labels.path, offset: labels.headerCount + index))
    }
    return Dataset(
      features: .bytes(images.bytes), sampleShape: shape, targets: labels.bytes.map { Float($0) },
      classNames: (0..<classes).map(String.init), columnNames: nil)
  }

  private static func check(_ images: IDXArray, _ labels: IDXArray) throws(DatasetError) {
    guard labels.dimensions.count == 1 else {
      throw DatasetError(
        "expected labels along one axis, found \(Shape(labels.dimensions))",
        at: .byte(file: labels.path, offset: 4), hint: "are images and labels swapped?")
    }
    guard images.dimensions[0] == labels.dimensions[0] else {
      throw DatasetError(
        "expected as many labels as images (\(images.dimensions[0]) in \(images.path)), found "
          + "\(labels.dimensions[0])",
        at: .byte(file: labels.path, offset: 4))
    }
  }

  /// The number of classes of the training labels, which go from 0.
  private static func classCount(_ labels: IDXArray) throws(DatasetError) -> Int {
    let largest = Int(labels.bytes.max() ?? 0)
    if largest == 0 {
      throw DatasetError(
        "expected at least two classes, found only the label 0", at: .file(labels.path))
    }
    return largest + 1
  }
}
