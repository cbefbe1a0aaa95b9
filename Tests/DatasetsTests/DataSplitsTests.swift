import Tensors
import Testing

@testable import Datasets

@Suite struct DataSplitsTests {
  @Test("the shipped digits are held out by class and standardized from the training part")
  func digits() throws {
    let columns = TableColumns(target: "digit", task: .classification)
    let parts = DataParts(
      train: shipped("digits.csv.gz"), validation: .heldOut(HeldOut(fraction: 0.1)),
      test: .heldOut(HeldOut(fraction: 0.2)))
    let spec = DataSpec(source: .csv(parts, columns: columns), normalize: .standardize)
    let splits = try spec.load(seed: 7)
    #expect(splits.inputShape == [64])
    #expect(splits.task == .classification(classes: 10, names: (0..<10).map(String.init)))
    #expect(splits.test?.count == 359)
    #expect(splits.validation?.count == 144)
    #expect(splits.train.count == 1294)
    #expect(splits.normalization.constantColumns.contains(0))
    #expect(splits.validation?.normalization == splits.normalization)
    let samples = splits.train.allSamples
    for column in 0..<64 {
      let values = stride(from: column, to: samples.count, by: 64).map { Double(samples[$0]) }
      let mean = values.reduce(0, +) / 1294
      let variance = values.reduce(0) { $0 + $1 * $1 } / 1294
      #expect(abs(mean) < 1e-5)
      let isConstant = splits.normalization.constantColumns.contains(column)
      #expect(abs(variance - (isConstant ? 0 : 1)) < 1e-4)
    }
    let again = try spec.load(seed: 7)
    #expect(again.train.fingerprint() == splits.train.fingerprint())
    #expect(try spec.load(seed: 8).train.fingerprint() != splits.train.fingerprint())
  }

  @Test(
    "the shipped tables are read whole",
    arguments: [
      ("iris.csv", "species", ["setosa", "versicolor", "virginica"], 150, 4),
      ("and.csv", "y", ["0", "1"], 4, 2),
      ("xor.csv", "y", ["0", "1"], 4, 2),
    ])
  func classification(
    name: String, target: String, classes: [String], count: Int, width: Int
  ) throws {
    let columns = TableColumns(target: target, task: .classification)
    let source = DataSpec.Source.csv(DataParts(train: shipped(name)), columns: columns)
    let splits = try DataSpec(source: source).load(seed: 1)
    #expect(splits.train.count == count)
    #expect(splits.inputShape == [width])
    #expect(splits.task == .classification(classes: classes.count, names: classes))
    #expect(splits.validation == nil)
    #expect(splits.test == nil)
  }

  @Test("the shipped truth tables are the functions they are named after")
  func truthTables() throws {
    for (name, expected) in [("and.csv", [0, 0, 0, 1] as [Float]), ("xor.csv", [0, 1, 1, 0])] {
      let columns = TableColumns(target: "y", task: .classification)
      let source = DataSpec.Source.csv(DataParts(train: shipped(name)), columns: columns)
      let train = try DataSpec(source: source).load(seed: 1).train
      #expect(train.allSamples == [0, 0, 0, 1, 1, 0, 1, 1])
      #expect(train.targets == expected)
      #expect(train.columnNames == ["x1", "x2"])
    }
  }

  @Test("the shipped diabetes table is a regression, its targets stay as they are")
  func diabetes() throws {
    let columns = TableColumns(target: "progression", task: .regression)
    let parts = DataParts(
      train: shipped("diabetes.csv"), test: .heldOut(HeldOut(fraction: 0.25)))
    let spec = DataSpec(source: .csv(parts, columns: columns), normalize: .standardize)
    let splits = try spec.load(seed: 3)
    #expect(splits.task == .regression(outputs: 1))
    #expect(splits.train.count == 331)
    #expect(splits.test?.count == 111)
    #expect(splits.train.targets.contains(151))
    #expect(splits.train.classNames == nil)
  }

  @Test("the shipped German credit table is readable without its text columns")
  func germanCredit() throws {
    let texts = [
      "checking_status", "credit_history", "purpose", "savings_status", "employment",
      "personal_status", "other_parties", "property_magnitude", "other_payment_plans", "housing",
      "job", "own_telephone", "foreign_worker",
    ]
    let columns = TableColumns(target: "class", task: .classification, ignore: texts)
    let parts = DataParts(train: shipped("german_credit.csv"))
    let splits = try DataSpec(source: .csv(parts, columns: columns)).load(seed: 1)
    #expect(splits.train.count == 1000)
    #expect(splits.train.targets.count { $0 == 1 } == 700)
    #expect(splits.inputShape == [7])
  }

  @Test("own files for all parts are read with the training file's classes")
  func ownFiles() throws {
    let folder = try TemporaryFolder()
    let parts = DataParts(
      train: try folder.write("a.csv", "x,y\n1,u\n3,v\n"),
      validation: .files(try folder.write("b.csv", "y,x\nv,5\n")),
      test: .files(try folder.write("c.csv", "x,y\n7,u\n")))
    let columns = TableColumns(target: "y", task: .classification)
    let spec = DataSpec(source: .csv(parts, columns: columns), normalize: .standardize)
    let splits = try spec.load(seed: 1)
    #expect(splits.train.allSamples == [-1, 1])
    #expect(splits.validation?.allSamples == [3])
    #expect(splits.validation?.targets == [1])
    #expect(splits.test?.allSamples == [5])
  }

  @Test("a rescaling from a checkpoint takes the place of the fitted one")
  func restored() throws {
    let data = Dataset(
      features: [1, 3], sampleShape: [1], targets: [0, 1], classNames: ["a", "b"])
    let splits = DataSplits(train: data, test: data.subset([1]), normalize: .standardize)
    let other = Normalization(kind: .standardize, scale: [2], shift: [1])
    let restored = try splits.normalized(by: other)
    #expect(restored.train.allSamples == [3, 7])
    #expect(restored.test?.allSamples == [7])
    let wide = Normalization(kind: .standardize, scale: [2, 2], shift: [1, 1])
    let error = try datasetError { _ = try splits.normalized(by: wide) }
    #expect(
      error.message
        == "expected a normalization for 1 columns or channels, found one for 2")
  }

  @Test("an error's text has message, place and hint")
  func errorText() {
    let error = DatasetError(
      "expected a number", at: .text(file: "a.csv", line: 3, column: 5), hint: "write one")
    #expect(error.description == "error: expected a number\n  --> a.csv:3:5\n  hint: write one")
    let place = DatasetError.Place.byte(file: "a.gz", offset: 12)
    #expect(DatasetError("cut", at: place).description == "error: cut\n  --> a.gz, byte 12")
  }
}
