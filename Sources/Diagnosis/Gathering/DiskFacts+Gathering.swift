internal import DurableFiles
internal import Glibc

extension DiskFacts {
  /// Bytes that are written to measure the rate.
  private static let sample = 16 << 20

  /// Measures the disk of a folder, or where it does not exist yet of the nearest one above it.
  ///
  /// - Parameter folder: the folder of all runs.
  init(of folder: String) {
    self.init(folder: folder, free: 0, rate: 0, syncSeconds: 0)
    let files = FileSystem()
    var place = folder
    while files.kind(of: place) == nil, place != FilePath.parent(of: place) {
      place = FilePath.parent(of: place)
    }
    let file = FilePath.join(place, ".lockstep-doctor-\(getpid())")
    do throws(FileError) {
      free = try files.availableByteCount(at: place)
      try measure(file, files)
      try files.remove(file)
    } catch {
      problem = "\(error)"
      // Best effort: what could not be written is small.
      if files.kind(of: file) != nil { try? files.remove(file) }
    }
  }

  private mutating func measure(_ path: String, _ files: FileSystem) throws(FileError) {
    let output = try files.createFile(path)
    let bytes = [UInt8](repeating: 0xA5, count: Self.sample)
    let begin = Stopwatch.now
    try output.write(bytes)
    try output.synchronize()
    rate = Double(Self.sample) / max(1e-9, Stopwatch.now - begin)
    syncSeconds = .infinity
    for _ in 0..<3 {
      let begin = Stopwatch.now
      try output.write([1, 2, 3, 4])
      try output.synchronize()
      syncSeconds = min(syncSeconds, Stopwatch.now - begin)
    }
  }
}
