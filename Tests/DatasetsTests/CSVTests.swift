import Testing

@testable import Datasets

@Suite struct CSVTests {
  func read(
    _ text: String, target: String = "y", task: TableColumns.Task = .classification,
    ignore: [String] = []
  ) throws -> CSVTable {
    let folder = try TemporaryFolder()
    let path = try folder.write("a.csv", text)
    return try CSVReader(columns: .init(target: target, task: task, ignore: ignore)).read(
      path: path)
  }

  /// The error of reading a text, with line and column as `line:column`.
  func error(
    _ text: String, target: String = "y", task: TableColumns.Task = .classification,
    ignore: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> (message: String, place: String, hint: String) {
    let error = try datasetError(sourceLocation: sourceLocation) {
      _ = try read(text, target: target, task: task, ignore: ignore)
    }
    guard case .text(let file, let line, let column) = error.place else {
      return (error.message, "file", error.hint ?? "")
    }
    #expect(file.hasSuffix("/a.csv"))
    return (error.message, "\(line):\(column)", error.hint ?? "")
  }

  @Test("a plain table is read in file order")
  func plain() throws {
    let table = try read("a,y,b\n1,no,2.5\n-3,yes,1e-1\n.5,no,+7\n")
    #expect(table.columnNames == ["a", "b"])
    #expect(table.features == [1, 2.5, -3, 0.1, 0.5, 7])
    #expect(table.classNames == ["no", "yes"])
    #expect(table.targets == [0, 1, 0])
  }

  @Test("quotes, CRLF, byte order mark, blanks and a missing last newline do not matter")
  func spellings() throws {
    let expected = try read("a,\"the, \"\"b\"\"\nc\",y\n1,2,u v\n3,4,w\n")
    #expect(expected.columnNames == ["a", "the, \"b\"\nc"])
    for text in [
      "\u{FEFF}a,\"the, \"\"b\"\"\nc\",y\r\n1,2,u v\r\n3,4,w\r\n",
      "\"a\",\"the, \"\"b\"\"\nc\",\"y\"\n\"1\",2,\"u v\"\n3,\"4\",w",
      " a , \"the, \"\"b\"\"\nc\" ,y\n 1,2 ,\tu v\t\n3,4,w\n\n\n",
      "a,\"the, \"\"b\"\"\nc\",y\r\n1,2,u v\r\n3,4,w\r\n\r\n",
    ] {
      let table = try read(text)
      #expect(table.columnNames == expected.columnNames)
      #expect(table.features == [1, 2, 3, 4])
      #expect(table.classNames == ["u v", "w"])
      #expect(table.targets == [0, 1])
    }
  }

  @Test("classes are sorted as numbers where all are, else as texts")
  func classOrder() throws {
    #expect(try read("a,y\n0,10\n0,9\n0,-1\n").classNames == ["-1", "9", "10"])
    #expect(try read("a,y\n0,10\n0,9\n0,b\n").classNames == ["10", "9", "b"])
    #expect(try read("a,y\n0,10\n0,9\n0,-1\n").targets == [2, 1, 0])
  }

  @Test("a regression target is a number")
  func regression() throws {
    let table = try read("a,y\n1,2.5\n2,-3\n", task: .regression)
    #expect(table.targets == [2.5, -3])
    #expect(table.classNames == nil)
  }

  @Test("ignored columns may hold anything")
  func ignored() throws {
    let table = try read("id,a,y\nx,1,u\n,2,v\n", ignore: ["id"])
    #expect(table.columnNames == ["a"])
    #expect(table.features == [1, 2])
  }

  @Test("bad cells are named with line and column")
  func badCells() throws {
    var found = try error("a,b,y\n1,2,u\n3,,v\n")
    #expect(found.place == "3:3")
    #expect(found.message == "expected a number in column `b`, found an empty cell")
    #expect(found.hint == "fill in the value, delete the row, or add `b` to `ignore`")
    found = try error("a,b,y\n1,2,u\nä,2,v\n")
    #expect(found.place == "3:1")
    #expect(found.message == "expected a number in column `a`, found `ä`")
    found = try error("b,a,y\n\"1\",x1,u\n")
    #expect(found.place == "2:5")
    found = try error("a,n,y\n1,\"é\n\",u\n2,é,nan\n", ignore: ["a"])
    #expect(found.place == "2:3")
    found = try error("n,a,y\n\"é\n\",x,u\n", ignore: ["n"])
    #expect(found.place == "3:3")
    found = try error("n,a,y\né,x,u\n", ignore: ["n"])
    #expect(found.place == "2:3")
    found = try error("a,y\n1e39,u\n")
    #expect(found.message == "the number `1e39` in column `a` is beyond the range of float32")
    found = try error("a,y\n1,\n")
    #expect(found.message == "expected a class in column `y`, found an empty cell")
    found = try error("a,y\n1,u\n", task: .regression)
    #expect(found.hint == "texts as targets need `task: classification`")
  }

  @Test("rows of the wrong length, empty lines and bad quotes are named")
  func badRows() throws {
    var found = try error("a,b,y\n1,2,u\n3,v\n")
    #expect(found.place == "3:3")
    #expect(found.message == "expected 3 cells as in the header, found 2")
    found = try error("a,b,y\n1,2,3,4,5\n")
    #expect(found.place == "2:7")
    #expect(found.message == "expected 3 cells as in the header, found 5")
    found = try error("a,y\n1,u\n\n2,v\n")
    #expect(found.place == "3:1")
    #expect(found.message == "expected a row, found an empty line")
    found = try error("a,y\n1,\"u\n2,v\n")
    #expect(found.place == "2:3")
    #expect(found.message == "the quote is never closed")
    found = try error("a,y\n1,\"u\"v\n")
    #expect(found.place == "2:6")
  }

  @Test("bad headers are named, with what was meant")
  func badHeaders() throws {
    var found = try error("a,b,a,y\n1,2,3,u\n")
    #expect(found.place == "1:5")
    #expect(found.message == "the column name `a` occurs twice")
    found = try error("a,,y\n1,2,u\n")
    #expect(found.place == "1:3")
    found = try error("a,species\n1,u\n", target: "specis")
    #expect(found.message == "the target column `specis` is not in the header")
    #expect(found.hint == "did you mean `species`? columns of the file: a, species")
    found = try error("a;y\n1;u\n")
    #expect(found.hint == "cells must be separated by commas")
    found = try error("a,y\n1,u\n", ignore: ["id"])
    #expect(found.message == "the ignored column `id` is not in the header")
    found = try error("y\nu\n")
    #expect(found.message == "expected feature columns beside the target `y`, found none")
    #expect(try error("").message == "expected a header with column names, found nothing")
    #expect(try error("a,y\n").message == "expected rows after the header, found none")
    #expect(
      try error("a,y\n1,u\n").message == "expected at least two classes, found only `u`")
  }

  @Test("a test file may order its columns as it likes but must fit the training file")
  func secondFile() throws {
    let folder = try TemporaryFolder()
    let reader = CSVReader(columns: .init(target: "y", task: .classification, ignore: ["id"]))
    let train = (columnNames: ["a", "b"], classNames: ["no", "yes"] as [String]?)
    func read(_ text: String) throws -> CSVTable {
      try reader.read(path: try folder.write("t.csv", text), like: train)
    }
    let table = try read("b,y,a\n2,yes,1\n4,yes,3\n")
    #expect(table.features == [1, 2, 3, 4])
    #expect(table.targets == [1, 1])
    #expect(table.classNames == ["no", "yes"])
    #expect(try read("id,a,b,y\nx,1,2,no\n").features == [1, 2])
    var error = try datasetError { _ = try read("a,b,y\n1,2,yse\n") }
    #expect(error.message == "the class `yse` in column `y` does not occur in the training data")
    #expect(error.place == .text(file: folder.path + "/t.csv", line: 2, column: 5))
    #expect(error.hint == "did you mean `yes`? its classes: no, yes")
    error = try datasetError { _ = try read("a,y\n1,yes\n") }
    #expect(error.message == "the training data's column `b` is not in the header")
    error = try datasetError { _ = try read("a,b,c,y\n1,2,3,yes\n") }
    #expect(error.message == "the column `c` does not occur in the training data")
    #expect(error.place == .text(file: folder.path + "/t.csv", line: 1, column: 5))
  }

  @Test(
    "numbers are read as the standard library reads them",
    arguments: [
      "0", "-0", "1", "+2", "12.5", ".5", "5.", "1e3", "1E+3", "1e-3", "-2.5e-7", "0.1", "1e22",
      "1e23", "123456789012345", "1234567890123456789", "0.30000000000000004", "9007199254740993",
      "1.7976931348623157e308", "4.9e-324", "1e-400", "1e99999999999999999999", "000000.1e000001",
    ])
  func numbers(text: String) throws {
    let bytes = Array("x\(text)y".utf8)
    let spelling = text.hasSuffix(".") ? text + "0" : text
    let expected = try #require(Double(spelling))
    #expect(DecimalNumber.parse(bytes, 1..<(bytes.count - 1)) == expected)
  }

  @Test(
    "texts are no numbers",
    arguments: [
      "", "-", ".", "e5", "1e", "1e+", "1.2.3", "0x10", "inf", "nan", "1 2", "1_0", "--1",
    ])
  func texts(text: String) {
    let bytes = Array(text.utf8)
    #expect(DecimalNumber.parse(bytes, 0..<bytes.count) == nil)
  }
}
