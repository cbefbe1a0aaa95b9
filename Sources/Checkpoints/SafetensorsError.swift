package import DurableFiles

/// What can be wrong with a safetensors file or with what is asked of it.
package enum SafetensorsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The system refused to read or write.
  case file(FileError)
  /// The file breaks a rule of the format.
  case malformed(path: String, reason: String)
  /// The file has no tensor of that name.
  case missing(path: String, name: String)
  /// The tensor's elements are not numbers that a network computes with.
  case notFloats(path: String, name: String, type: SafetensorsType)
  /// The tensor has another number of elements than the memory it is to be read into.
  case otherCount(path: String, name: String, count: Int, expected: Int)

  /// The message, with the file and a hint where there is one.
  package var description: String {
    switch self {
    case .file(let error):
      return error.description
    case .malformed(let path, let reason):
      return "\(path) is no valid safetensors file: \(reason)"
    case .missing(let path, let name):
      return "\(path) has no tensor `\(name)`"
    case .notFloats(let path, let name, let type):
      return """
        tensor `\(name)` of \(path) holds \(type.rawValue), expected F32, F64, F16 or BF16
          hint: store it as F32, token ids and classes too
        """
    case .otherCount(let path, let name, let count, let expected):
      return "tensor `\(name)` of \(path) has \(count) elements, expected \(expected)"
    }
  }
}
