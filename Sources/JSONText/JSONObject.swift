/// The members of a JSON object in the order written, each key once.
package struct JSONObject: Sendable, Equatable {
  /// One named value.
  package struct Member: Sendable, Equatable {
    /// The name.
    package let key: String
    /// The value.
    package var value: JSONValue

    /// Makes a member.
    package init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// The members, in order.
  package private(set) var members: [Member] = []

  /// Makes an object without members.
  package init() {}

  /// Makes an object from its members, in order.
  ///
  /// - Precondition: no key is given twice.
  package init(_ members: [(String, JSONValue)]) {
    self.members = members.map { Member(key: $0.0, value: $0.1) }
    precondition(
      Set(members.map(\.0)).count == members.count, "an object has each key once")
  }

  /// Makes an object of members whose keys are known to differ.
  init(distinct members: [Member]) {
    self.members = members
  }

  /// The value of a key, nil where there is none.
  ///
  /// Setting changes the member in place or adds one at the end; setting nil removes it.
  ///
  /// - Complexity: linear in the number of members.
  package subscript(key: String) -> JSONValue? {
    get { members.first { $0.key == key }?.value }
    set {
      let index = members.firstIndex { $0.key == key }
      switch (index, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append(Member(key: key, value: value))
      case (nil, nil): break
      }
    }
  }

  /// The value of a key that must be there.
  ///
  /// - Throws: ``JSONError`` naming the key where it is absent.
  package func required(_ key: String) throws(JSONError) -> JSONValue {
    guard let value = self[key] else { throw JSONError("`\(key)` is missing") }
    return value
  }

  /// The integer of a key that must be there.
  ///
  /// - Throws: ``JSONError`` naming the key where it is absent or no integer.
  package func integer(_ key: String) throws(JSONError) -> Int {
    try typed(key, "an integer", \.integer)
  }

  /// The number of a key that must be there; the texts `NaN`, `Infinity`, `-Infinity` are numbers.
  ///
  /// - Throws: ``JSONError`` naming the key where it is absent or no number.
  package func number(_ key: String) throws(JSONError) -> Double {
    try typed(key, "a number", \.number)
  }

  /// The text of a key that must be there.
  ///
  /// - Throws: ``JSONError`` naming the key where it is absent or no text.
  package func string(_ key: String) throws(JSONError) -> String {
    try typed(key, "a text", \.string)
  }

  /// The list of a key that must be there.
  ///
  /// - Throws: ``JSONError`` naming the key where it is absent or no list.
  package func array(_ key: String) throws(JSONError) -> [JSONValue] {
    try typed(key, "a list", \.array)
  }

  /// The object of a key that must be there.
  ///
  /// - Throws: ``JSONError`` naming the key where it is absent or no object.
  package func object(_ key: String) throws(JSONError) -> JSONObject {
    try typed(key, "an object", \.object)
  }

  private func typed<Value>(
    _ key: String, _ expected: String, _ read: (JSONValue) -> Value?
  ) throws(JSONError) -> Value {
    let value = try required(key)
    guard let typed = read(value) else {
      throw JSONError("`\(key)` is \(value.kindDescription), expected \(expected)")
    }
    return typed
  }
}
