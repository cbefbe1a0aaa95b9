/// What is wrong with a JSON text, and where.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong, without a full stop.
  package let message: String
  /// The byte of the text at which it is wrong, from 0; nil for a well-formed text with wrong
  /// members.
  package let offset: Int?

  /// Makes an error.
  package init(_ message: String, at offset: Int? = nil) {
    self.message = message
    self.offset = offset
  }

  /// The message with its place: ``expected `,` or `]` at byte 17``.
  package var description: String {
    offset.map { "\(message) at byte \($0)" } ?? message
  }
}
