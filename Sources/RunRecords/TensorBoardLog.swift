package import DurableFiles
internal import Glibc

/// Scalars as TensorBoard reads them: one event file of length-framed, checksummed records.
///
/// Each launch writes a file of its own beside those of earlier launches, which is how TensorBoard
/// itself expects a resumed run. Records are collected and written by ``flush()``.
///
/// Used by one thread of rank 0.
package final class TensorBoardLog {
  /// Records are written without being asked for from this many bytes on.
  private static let bufferLimit = 1 << 16

  private let file: OutputFile
  private var buffer: [UInt8] = []

  /// Where the file is.
  package var path: String { file.path }

  /// Makes a new event file.
  ///
  /// - Parameters:
  ///   - folder: The run folder.
  ///   - time: When the launch starts; also the time of the first record.
  ///   - step: The step that a resumed run goes on from: points of earlier files beyond it are
  ///     dropped by TensorBoard. Nil for a new run.
  ///   - host: The host's name, for the file's name.
  ///   - fileSystem: Makes the changes to the disk.
  /// - Throws: ``RunRecordsError/file(_:)``.
  package init(
    folder: RunFolder, at time: WallTime = .now, resumingAt step: Int? = nil,
    host: String = hostName(), fileSystem: FileSystem = FileSystem()
  ) throws(RunRecordsError) {
    let base = "events.out.tfevents.\(Int(time.seconds)).\(host).\(getpid())"
    self.file = try Self.create(FilePath.join(folder.path, base), fileSystem)
    var version = ProtobufMessage()
    version.add(1, double: time.seconds)
    version.add(3, text: "brain.Event:2")
    add(version)
    if let step {
      var session = ProtobufMessage()
      session.add(1, integer: 1)
      var start = ProtobufMessage()
      start.add(1, double: time.seconds)
      start.add(2, integer: step + 1)
      start.add(7, message: session)
      add(start)
    }
    try flush()
  }

  private static func create(
    _ base: String, _ fileSystem: FileSystem
  ) throws(RunRecordsError) -> OutputFile {
    var attempt = 0
    while true {
      do {
        return try fileSystem.createFile("\(base).\(attempt)")
      } catch {
        if !error.isTaken { throw .file(error) }
        attempt += 1
      }
    }
  }

  /// Adds one point of a curve; curves whose names share the part before `/` are shown together.
  ///
  /// - Throws: ``RunRecordsError/file(_:)`` where the collected records had to be written.
  package func add(
    _ tag: String, _ value: Double, step: Int, at time: WallTime = .now
  ) throws(RunRecordsError) {
    var point = ProtobufMessage()
    point.add(1, text: tag)
    point.add(2, float: Float(value))
    var summary = ProtobufMessage()
    summary.add(1, message: point)
    var event = ProtobufMessage()
    event.add(1, double: time.seconds)
    event.add(2, integer: step)
    event.add(5, message: summary)
    add(event)
    if buffer.count >= Self.bufferLimit { try flush() }
  }

  /// Adds every metric of a record as `<metric>/<split>`, so that training and validation share a
  /// chart group.
  ///
  /// - Throws: ``RunRecordsError/file(_:)`` where the collected records had to be written.
  package func add(
    _ record: MetricsRecord, at time: WallTime = .now
  ) throws(RunRecordsError) {
    for value in record.values {
      try add("\(value.name)/\(record.split)", value.value, step: record.step, at: time)
    }
  }

  /// Writes the collected records; called at the end of an epoch and of the run.
  ///
  /// - Throws: ``RunRecordsError/file(_:)``.
  package func flush() throws(RunRecordsError) {
    do {
      try file.write(buffer)
      buffer.removeAll(keepingCapacity: true)
    } catch {
      throw .file(error)
    }
  }

  private func add(_ event: ProtobufMessage) {
    let length = UInt64(event.bytes.count).littleEndianBytes
    buffer += length
    buffer += CRC32C.masked(length).littleEndianBytes
    buffer += event.bytes
    buffer += CRC32C.masked(event.bytes).littleEndianBytes
  }
}

/// The name of this host, `localhost` where the system does not tell.
package func hostName() -> String {
  var buffer = [CChar](repeating: 0, count: 256)
  guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
  return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
