extension World {
  /// The ranks that give the same color, as a world of their own; collective.
  ///
  /// An error of one of its ranks that ``fail(_:)`` is told of still ends the whole job.
  ///
  /// - Parameter color: What the ranks of a part have in common, at least 0.
  /// - Returns: The part that this rank belongs to, its ranks in the order of this world; ``leave()`` it in the end.
  /// - Throws: ``MPIError`` as MPI reports it.
  package func part(color: Int) throws(MPIError) -> World {
    let ranks = try communicator.split(color: color, key: rank)
    let neighbors = try node.split(color: color, key: rank)
    return try World(part: ranks, node: neighbors, of: self)
  }

  /// Frees what ``part(color:)`` made; collective over its ranks.
  ///
  /// - Throws: ``MPIError`` as MPI reports it.
  package func leave() throws(MPIError) {
    try node.free()
    try communicator.free()
  }
}
