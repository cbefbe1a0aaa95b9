import DurableFiles
import RunRecords
import StudyRecords
import TestSupport
import Testing

@Suite("The folder of a study")
struct StudyFolderTests {
  @Test("folders are named by time and study, and the last one that holds a study is the newest")
  func newest() throws {
    let temporary = try TemporaryFolder()
    let root = temporary.file("sweeps")
    let none = #expect(throws: StudyRecordsError.self) { try StudyFolder.newest(in: root) }
    #expect(none?.description.hasPrefix("\(root) is no study: it does not exist") == true)
    var folders: [StudyFolder] = []
    for second in [0, 0, 1, 2] {
      folders.append(
        try StudyFolder.create(
          root: root, name: "digits mlp", at: WallTime(seconds: Double(second)), isLocal: false))
    }
    #expect(
      folders.map { FilePath.name(of: $0.path) } == [
        "19700101-000000-digits-mlp", "19700101-000000-digits-mlp-2", "19700101-000001-digits-mlp",
        "19700101-000002-digits-mlp",
      ])
    #expect(throws: StudyRecordsError.self) { try StudyFolder.newest(in: root) }
    #expect(throws: StudyRecordsError.self) { try StudyFolder.open(folders[2].path) }
    for folder in folders[..<3] { try ExampleStudy.create(folder.recordsPath).close() }
    #expect(try StudyFolder.newest(in: root) == folders[2])
    #expect(try StudyFolder.open(folders[0].path) == folders[0])
  }
}
