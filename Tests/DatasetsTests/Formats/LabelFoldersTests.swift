import Datasets
import Testing

@Suite("Folders of labels")
struct LabelFoldersTests {
  private let files = [
    "train/waving/b.mp4": "x", "train/waving/a/1.jpg": "x", "train/playing guitar/c.avi": "x",
    "train/waving/notes.txt": "x", "train/waving/.hidden.mp4": "x", "train/list.txt": "x",
    "val/waving/d.MP4": "x", "test/waving/e.png": "x", "other/waving/f.mp4": "x",
  ]

  private func read(
    _ files: [String: String], badRecords: BadRecords = .stop
  ) throws -> (contents: CaptionContents, collection: CaptionCollection, path: String) {
    let disk = try CollectionOnDisk(files)
    let collection = try CaptionCollection(at: disk.path, ofLabels: true)
    return (try collection.read(badRecords: badRecords), collection, disk.path)
  }

  @Test("hold videos, pictures and folders of frames, which are labelled as they are called")
  func reading() throws {
    let (contents, collection, path) = try read(files)
    #expect(collection.formatName == "folders of labels")
    #expect(
      contents.lines == [
        "train playing guitar/c.avi: playing guitar", "train waving/a: waving",
        "train waving/b.mp4: waving", "val waving/d.MP4: waving", "test waving/e.png: waving",
      ])
    let training = try #require(contents[.train]).examples
    #expect(training.map(\.kind) == [.clip, .frames, .clip])
    #expect(training[1].path == "\(path)/train/waving/a")
  }

  @Test("are read only where labels are wanted, and there are no captions")
  func lastResort() throws {
    let disk = try CollectionOnDisk(files)
    #expect(disk.message()?.contains("no captions found") == true)
    var captioned = files
    captioned["captions.tsv"] = "b.mp4\twaving\n"
    let (_, collection, _) = try read(captioned)
    #expect(collection.formatName == "tab-separated captions" && collection.others.isEmpty)
    let nothing = try CollectionOnDisk(["train/a.mp4": "x"])
    let error = try #require(throws: DatasetError.self) {
      try CaptionCollection(at: nothing.path, ofLabels: true)
    }
    #expect(error.description.contains("train/LABEL/ and val/LABEL/"))
  }

  @Test("without a clip are refused, or left out")
  func empty() throws {
    let empty = ["train/waving/a.mp4": "x", "train/running/notes.txt": "x"]
    let error = try #require(throws: DatasetError.self) { _ = try read(empty) }
    #expect(
      error.description.hasSuffix(
        "/train, running: has no clips in it. Put videos or folders of frames there, or remove it.")
    )
    let (contents, _, _) = try read(empty, badRecords: .leaveOut)
    #expect(contents.lines == ["train waving/a.mp4: waving"] && contents.leftOut.count == 1)
  }
}
