import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

extension FaultTolerance {
  /// `launch/slurm.sbatch` with stand-ins for Slurm's commands: srun starts two ranks by mpirun, and scontrol
  /// notes what it was asked for.
  @Suite("launch/slurm.sbatch", .serialized, .needsLauncher)
  struct SlurmTests {
    private let folder: TemporaryFolder

    init() throws {
      folder = try TemporaryFolder()
      let files = FileManager.default
      for name in ["launch", "configs"] {
        try files.createSymbolicLink(
          atPath: folder.file(name), withDestinationPath: RepositoryFiles.path(name))
      }
      try files.createDirectory(
        atPath: folder.file("commands"), withIntermediateDirectories: false)
      try write(
        "commands/srun",
        """
        case "$1" in --mpi=list) echo pmix && exit ;; esac
        while [[ $1 == --* ]]; do shift; done
        exec mpirun -q -n 2 --bind-to none --oversubscribe "$@"
        """)
      try write("commands/scontrol", "echo \"$*\" >>'\(folder.file("asked"))'")
    }

    private func write(_ name: String, _ script: String) throws {
      try "#!/bin/bash\n\(script)\n".write(
        toFile: folder.file(name), atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: folder.file(name))
    }

    /// Starts the job for the first time, or again after it was requeued.
    private func start(
      restarts: Int, _ changes: [String],
      arguments: [String] = ["configs/digits-mlp.yaml", "--hash"]
    ) throws -> Job {
      let path = Machine.environment["PATH"] ?? "/usr/bin:/bin"
      return try Job(
        commandLine: [
          // The threads of tests block it, see Job.
          "/usr/bin/env", "--default-signal=USR1", "PATH=\(folder.file("commands")):\(path)",
          "SLURM_SUBMIT_DIR=\(folder.path)", "SLURM_JOB_ID=7", "SLURM_NTASKS=2",
          "SLURM_CPUS_PER_TASK=1", "SLURM_RESTART_COUNT=\(restarts)",
          RepositoryFiles.path("launch/slurm.sbatch"),
        ] + arguments + changes.flatMap { ["--set", $0] })
    }

    private var hasCheckpoint: Bool {
      guard let run = try? String(contentsOfFile: folder.file("runs/.slurm-7"), encoding: .utf8)
      else { return false }
      return FileManager.default.fileExists(
        atPath: folder.file("\(run.dropLast())/checkpoints/last"))
    }

    private var asked: String? {
      try? String(contentsOfFile: folder.file("asked"), encoding: .utf8)
    }

    private static let changes = ["train.epochs=null", "train.steps=20000"]

    @Test("before its time limit the job writes a checkpoint, queues again and goes on from there")
    func timeLimit() throws {
      let first = try start(restarts: 0, Self.changes)
      #expect(first.wait { hasCheckpoint })
      first.send(SIGUSR1)
      let stopped = first.wait()
      #expect(stopped.output.contains("a checkpoint was written"), "\(stopped.text)")
      #expect(asked == "requeue 7\n", "\(stopped.text)")

      let second = try start(restarts: 1, Self.changes).wait()
      #expect(second.output.contains("resumed after step"), "\(second.text)")
      let undisturbed = try TrainingFolder("configs/digits-mlp.yaml", Self.changes).train()
      #expect(try second.weights() == undisturbed.weights())
      #expect(asked == "requeue 7\n", "\(second.text)")
    }

    @Test("before its time limit a search is stopped, queues again and goes on from there")
    func search() throws {
      let changes = [
        "trials=8", "sampler=random", "scheduler=none", "set.train.epochs=243",
      ]
      let arguments = ["--sweep", "configs/sweep-digits.yaml", "--out", folder.file("sweeps")]
      let first = try start(restarts: 0, changes, arguments: arguments)
      let sweeps = folder.file("sweeps")
      #expect(
        first.wait {
          let study = try? FileManager.default.contentsOfDirectory(atPath: sweeps).first
          return study.map { SweepFolder.jobsDone(in: "\(sweeps)/\($0)") } ?? 0 > 1
        })
      first.send(SIGUSR1)
      let stopped = first.wait()
      #expect(stopped.output.contains("Go on with --resume="), "\(stopped.text)")
      #expect(asked == "requeue 7\n", "\(stopped.text)")
      let second = try start(restarts: 1, changes, arguments: arguments).wait()
      #expect(
        second.exitCode == 0 && second.output.contains("trials are done already"), "\(second.text)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: sweeps).count == 1)
    }

    @Test("a killed rank makes the job queue again, a few times")
    func killedRank() throws {
      // The fourth start is the last.
      for (restarts, code) in [(0, 0), (3, 137)] as [(Int, Int32)] {
        let job = try start(restarts: restarts, Self.changes)
        #expect(job.wait { hasCheckpoint })
        try FileManager.default.removeItem(atPath: folder.file("runs/.slurm-7"))
        try job.send(SIGKILL, toRank: 1)
        let result = job.wait()
        #expect(result.exitCode == code, "\(result.text)")
        #expect(asked == "requeue 7\n", "\(result.text)")
      }
    }

    @Test("SIGTERM ends the job with a checkpoint, and a wrong configuration ends it for good")
    func final() throws {
      let job = try start(restarts: 0, ["train.epochs=100000"])
      #expect(job.wait { hasCheckpoint })
      job.send(SIGTERM)
      let result = job.wait()
      #expect(result.exitCode == 143, "\(result.text)")
      let wrong = try start(restarts: 0, ["train.epochz=1"]).wait()
      wrong.expectFailure(2, saying: ["did you mean `epochs`?"])
      #expect(asked == nil)
    }
  }
}
