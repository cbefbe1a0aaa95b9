package import DurableFiles
internal import JSONText

/// The curves of a run, one JSON object a line: `metrics.jsonl`.
///
/// Lines are only ever added, so that the file can be followed while the run goes on; opening it
/// again drops what a resumed run is about to repeat.
///
/// Used by one thread of rank 0.
package final class MetricsLog {
  private let file: OutputFile
  /// The records that were there when the log was opened, and those added since.
  package private(set) var records: [MetricsRecord]
  /// What had to be repaired when the log was opened, one sentence each.
  package let repairs: [String]

  private init(file: consuming OutputFile, records: [MetricsRecord], repairs: [String]) {
    self.file = file
    self.records = records
    self.repairs = repairs
  }

  /// Opens a log to add to, making it where it is missing.
  ///
  /// Lines that cannot be read, as the last one after a crash, are dropped.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - step: The step that the run goes on from; records of later steps are dropped. Nil to keep
  ///     all.
  ///   - fileSystem: Makes the changes to the disk.
  /// - Returns: The log, with the records that were kept.
  /// - Throws: ``RunRecordsError/file(_:)``.
  package static func open(
    _ path: String, resumingAt step: Int? = nil, fileSystem: FileSystem = FileSystem()
  ) throws(RunRecordsError) -> MetricsLog {
    do {
      var (records, repairs): ([MetricsRecord], [String]) = ([], [])
      if fileSystem.kind(of: path) != nil {
        let content = try fileSystem.read(path)
        (records, repairs) = parse(content)
        if let step { records.removeAll { $0.step > step } }
        let kept = Array(records.map { $0.line + "\n" }.joined().utf8)
        if kept != content { try fileSystem.replaceFile(path, with: kept) }
      }
      let file = try fileSystem.openForAppending(path)
      return MetricsLog(file: file, records: records, repairs: repairs)
    } catch {
      throw .file(error)
    }
  }

  /// Reads a log that another process may be writing.
  ///
  /// - Returns: The records and what was passed over, one sentence each.
  /// - Throws: ``RunRecordsError/file(_:)``.
  package static func read(
    _ path: String, fileSystem: FileSystem = FileSystem()
  ) throws(RunRecordsError) -> (records: [MetricsRecord], repairs: [String]) {
    do {
      return parse(try fileSystem.read(path))
    } catch {
      throw .file(error)
    }
  }

  private static func parse(_ content: [UInt8]) -> ([MetricsRecord], [String]) {
    var records: [MetricsRecord] = []
    var repairs: [String] = []
    let lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.isEmpty {
      do {
        records.append(try MetricsRecord(line: Array(line)))
      } catch {
        let what = index == lines.count - 1 ? "line \(index + 1), cut off" : "line \(index + 1)"
        repairs.append("\(what), was dropped: \(error)")
      }
    }
    return (records, repairs)
  }

  /// Adds a record; it can be read by others when this returns.
  ///
  /// - Throws: ``RunRecordsError/file(_:)``.
  package func append(_ record: MetricsRecord) throws(RunRecordsError) {
    do {
      try file.write(Array((record.line + "\n").utf8))
    } catch {
      throw .file(error)
    }
    records.append(record)
  }

  /// Forces all records to the disk.
  ///
  /// - Throws: ``RunRecordsError/file(_:)``.
  package func synchronize() throws(RunRecordsError) {
    do {
      try file.synchronize()
    } catch {
      throw .file(error)
    }
  }

  /// Forces what was added to a log so far to the disk, from any thread.
  ///
  /// Before a checkpoint is complete, so that the curves are never behind the step that a run resumes
  /// at.
  ///
  /// - Throws: ``RunRecordsError/file(_:)``.
  package static func synchronize(
    _ path: String, fileSystem: FileSystem = FileSystem()
  ) throws(RunRecordsError) {
    do {
      // The content is forced out by whatever handle of the file asks.
      try fileSystem.openForAppending(path).synchronize()
    } catch {
      throw .file(error)
    }
  }
}
