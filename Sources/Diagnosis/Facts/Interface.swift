internal import JSONText

/// A network interface with an IPv4 address.
package struct Interface: Sendable, Equatable {
  /// Its name: `eth0`.
  package var name: String
  /// Its address as one number, the first part the highest byte.
  package var address: UInt32
  /// The bits of the address that name the subnet.
  package var prefix: Int

  /// Describes an interface.
  package init(name: String, address: UInt32, prefix: Int) {
    self.name = name
    self.address = address
    self.prefix = prefix
  }

  /// Its subnet: `192.168.1.0/24`.
  package var subnet: String { "\(Self.text(address & Self.mask(prefix)))/\(prefix)" }

  /// Whether it reaches only its own machine.
  var isLoopback: Bool { address >> 24 == 127 }

  /// Whether its address lies in a subnet.
  ///
  /// - Parameter subnet: a text such as `192.168.1.0/24`.
  /// - Returns: whether it does; what is no such text contains nothing.
  func isIn(_ subnet: String) -> Bool {
    let parts = subnet.split(separator: "/")
    guard parts.count == 2, let prefix = Int(parts[1]), (0...32).contains(prefix),
      let network = Self.address(String(parts[0]))
    else { return false }
    let mask = Self.mask(prefix)
    return address & mask == network & mask
  }

  /// An address from its text; nil where it is none.
  static func address(_ text: String) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    guard parts.count == 4 else { return nil }
    var address: UInt32 = 0
    for part in parts {
      guard let part else { return nil }
      address = address << 8 | UInt32(part)
    }
    return address
  }

  /// An address as text.
  static func text(_ address: UInt32) -> String {
    [24, 16, 8, 0].map { String(address >> $0 & 255) }.joined(separator: ".")
  }

  private static func mask(_ prefix: Int) -> UInt32 {
    prefix == 0 ? 0 : UInt32.max << UInt32(32 - prefix)
  }

  var json: JSONObject {
    JSONObject([
      ("name", .string(name)), ("address", .string(Self.text(address))),
      ("prefix", .integer(Int64(prefix))),
    ])
  }

  init(json: JSONObject) throws(JSONError) {
    name = try json.string("name")
    guard let address = Self.address(try json.string("address")) else {
      throw JSONError("`address` is no address")
    }
    self.address = address
    prefix = try json.integer("prefix")
  }
}
