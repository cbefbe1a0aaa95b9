package import JSONText

/// What one rank found out about its process and its machine.
package struct RankFacts: Sendable, Equatable {
  /// The name of its machine.
  package var host: String
  /// The first rank of its machine, by which machines of one name are told apart.
  package var node: Int
  /// What it may compute with.
  package var processors: ProcessorFacts
  /// The memory of its machine.
  package var memory: MemoryFacts
  /// What it runs.
  package var software: SoftwareFacts
  /// How MPI moves its messages.
  package var transport: TransportFacts
  /// The networks of its machine.
  package var interfaces: [Interface]
  /// Where it would write; only on rank 0.
  package var disk: DiskFacts?
  /// The configuration as it reads it; nil where none was given.
  package var configuration: ConfigurationFacts?
  /// Seconds that the ranks of its machine take to meet in shared memory; nil where it has but one rank,
  /// or no memory to share.
  package var meetingSeconds: Double?

  /// Collects facts.
  package init(
    host: String, node: Int, processors: ProcessorFacts, memory: MemoryFacts,
    software: SoftwareFacts, transport: TransportFacts, interfaces: [Interface] = [],
    disk: DiskFacts? = nil, configuration: ConfigurationFacts? = nil,
    meetingSeconds: Double? = nil
  ) {
    self.host = host
    self.node = node
    self.processors = processors
    self.memory = memory
    self.software = software
    self.transport = transport
    self.interfaces = interfaces
    self.disk = disk
    self.configuration = configuration
    self.meetingSeconds = meetingSeconds
  }

  /// The facts as JSON.
  package var json: JSONObject {
    var object = JSONObject([
      ("host", .string(host)), ("node", .integer(Int64(node))),
      ("processors", .object(processors.json)), ("memory", .object(memory.json)),
      ("software", .object(software.json)), ("transport", .object(transport.json)),
      ("interfaces", .array(interfaces.map { .object($0.json) })),
    ])
    if let disk { object["disk"] = .object(disk.json) }
    if let configuration { object["configuration"] = .object(configuration.json) }
    if let meetingSeconds { object["meeting_seconds"] = .number(meetingSeconds) }
    return object
  }
}

extension RankFacts {
  /// Reads facts that another rank wrote.
  ///
  /// - Throws: `JSONError` naming what is missing or wrong.
  package init(json: JSONObject) throws(JSONError) {
    host = try json.string("host")
    node = try json.integer("node")
    processors = try ProcessorFacts(json: json.object("processors"))
    memory = try MemoryFacts(json: json.object("memory"))
    software = try SoftwareFacts(json: json.object("software"))
    transport = try TransportFacts(json: json.object("transport"))
    interfaces = try json.array("interfaces").compactMap(\.object).map(Interface.init(json:))
    disk = json["disk"] == nil ? nil : try DiskFacts(json: json.object("disk"))
    configuration =
      json["configuration"] == nil
      ? nil : try ConfigurationFacts(json: json.object("configuration"))
    meetingSeconds = json["meeting_seconds"]?.number
  }
}
