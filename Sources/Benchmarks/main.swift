import MessagePassing

// Rates of the parts: `swift run -c release Benchmarks`, or under `mpirun -n 2` for the exchange between ranks.
// The rate of a whole training step is `lockstep bench`.
try withWorld { world in
  if world.rank == 0 {
    try ProductBenchmark.run()
    OptimizerBenchmark.run()
  }
  try ExchangeBenchmark.run(world)
}
