internal import Glibc

extension Interface {
  /// The interfaces of this machine that are up and have an IPv4 address.
  static var all: [Interface] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard unsafe getifaddrs(&list) == 0 else { return [] }
    defer { unsafe freeifaddrs(list) }
    var interfaces: [Interface] = []
    var entry = unsafe list
    while let current = unsafe entry {
      let item = unsafe current.pointee
      unsafe entry = item.ifa_next
      guard unsafe item.ifa_flags & UInt32(IFF_UP) != 0,
        let address = unsafe ipv4(item.ifa_addr), let mask = unsafe ipv4(item.ifa_netmask)
      else { continue }
      interfaces.append(
        Interface(
          name: unsafe String(cString: item.ifa_name), address: address,
          prefix: mask.nonzeroBitCount))
    }
    return interfaces
  }

  /// The IPv4 address that a pointer of the system leads to; nil where it leads to another kind.
  private static func ipv4(_ pointer: UnsafeMutablePointer<sockaddr>?) -> UInt32? {
    guard let pointer = unsafe pointer, unsafe pointer.pointee.sa_family == UInt16(AF_INET) else {
      return nil
    }
    return unsafe UnsafeRawPointer(pointer).loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr
      .byteSwapped
  }
}
