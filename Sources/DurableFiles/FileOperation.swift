/// One change to the disk that is about to be made; what a ``FileSystem``'s observer is told.
package enum FileOperation: Sendable, Hashable {
  /// A folder is made.
  case createFolder(String)
  /// A file is made or opened for writing.
  case openFile(String)
  /// Bytes are written to a file.
  case write(String, byteCount: Int)
  /// A file's content is forced to the disk.
  case synchronize(String)
  /// A folder's names are forced to the disk.
  case synchronizeFolder(String)
  /// Something gets another name, replacing a file or link of that name.
  case rename(from: String, to: String)
  /// A symbolic link is made.
  case link(String, target: String)
  /// A file or link is removed.
  case remove(String)
  /// An empty folder is removed.
  case removeFolder(String)
}
