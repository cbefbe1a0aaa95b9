import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// A small file system in memory; unmounted when the last reference goes.
final class SmallDisk {
  let path: String
  private let folder: TemporaryFolder

  /// Mounts one; nil where that is not permitted.
  init?(kibibytes: Int) {
    guard let folder = try? TemporaryFolder() else { return nil }
    self.folder = folder
    path = folder.path
    guard unsafe mount("tmpfs", path, "tmpfs", 0, "size=\(kibibytes)k") == 0 else { return nil }
  }

  deinit {
    unsafe umount2(path, Int32(MNT_DETACH))
  }

  /// Whether this process may mount one.
  static let isPermitted = SmallDisk(kibibytes: 64) != nil
}

extension EndToEnd {
  @Suite(
    "A full disk", .serialized,
    .enabled("mounting a small file system is not permitted") { SmallDisk.isPermitted })
  struct FullDiskTests {
    @Test(
      "the run fails clearly, and its earlier checkpoint survives and is gone on with",
      arguments: Machine.hasLauncher ? [nil, 1, 3] : [nil] as [Int?])
    func fullDisk(ranks: Int?) throws {
      // A checkpoint of digits-mlp has about 80 KiB: two fit, the third does not.
      let disk = try #require(SmallDisk(kibibytes: 256))
      let changes = [
        "train.epochs=4", "train.checkpoint.keep_last=10", "train.checkpoint.keep_best=0",
      ]
      let full = try run(arguments(out: disk.path, changes), ranks: ranks)
      full.expectFailure(
        1, saying: ["no room for the checkpoint", "earlier checkpoints are untouched"])
      let name = try #require(try FileManager.default.contentsOfDirectory(atPath: disk.path).first)

      // On a larger disk it goes on.
      let room = try TemporaryFolder()
      let moved = room.file(name)
      try FileManager.default.copyItem(atPath: "\(disk.path)/\(name)", toPath: moved)
      let resumed = try run(arguments(out: room.path, changes) + ["--resume=\(moved)"])
      #expect(resumed.output.contains("resumed after step"), "\(resumed.text)")
      let undisturbed = try TrainingFolder("configs/digits-mlp.yaml", changes).train()
      #expect(try resumed.weights() == undisturbed.weights())
    }

    private func arguments(out: String, _ changes: [String]) -> [String] {
      ["train", "-c", "configs/digits-mlp.yaml", "--out", out, "--hash"]
        + changes.flatMap { ["--set", $0] }
    }
  }
}
