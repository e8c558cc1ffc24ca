import Glibc
import TestSupport
import Testing

@testable import Files

@Suite("Folders written aside")
struct DirectoryReplacementTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("appear complete on commit, and not before")
  func commit() throws {
    let path = "\(folder.path)/model"
    let model = try DirectoryReplacement(path + "/")
    try AtomicFile.write("{}", to: "\(model.workingPath)/config.json")
    #expect(!isFolder(path))
    try model.commit()
    #expect(try namesInFolder(path) == ["config.json"])
    #expect(try namesInFolder(folder.path) == ["model"])
  }

  @Test("leave nothing behind without a commit")
  func abandoned() throws {
    do {
      let model = try DirectoryReplacement("\(folder.path)/model")
      try AtomicFile.write("{}", to: "\(model.workingPath)/config.json")
      #expect(mkdir("\(model.workingPath)/below", 0o777) == 0)
      try AtomicFile.write("x", to: "\(model.workingPath)/below/file")
    }
    #expect(try namesInFolder(folder.path) == [])
  }

  @Test("replace an empty folder, and a full one only if it holds the marker")
  func replacing() throws {
    let path = try folder.makeFolder("model")
    try write("first", to: path)
    #expect(problem { try write("second", to: path) } == .exists)
    #expect(problem { try write("second", to: path, marker: "other.json") } == .exists)
    try write("second", to: path, marker: "config.json")
    let text = try MappedFile("\(path)/config.json").withBytes {
      String(decoding: $0, as: UTF8.self)
    }
    #expect(text == "second")
    #expect(try namesInFolder(folder.path) == ["model"])
  }

  @Test("do not take the place of a file, or of the folder one is in")
  func refused() throws {
    try folder.write("x", to: "file")
    #expect(problem { try write("", to: "\(folder.path)/file") } == .exists)
    #expect(problem { try write("", to: ".") } == .exists)
    #expect(problem { try write("", to: "\(folder.path)/..") } == .exists)
    #expect(problem { try write("", to: "\(folder.path)/no/such") } == .folderMissing)
    #expect(try namesInFolder(folder.path) == ["file"])
  }

  @Test("remove a symbolic link without what it leads to")
  func symbolicLinks() throws {
    let kept = try folder.makeFolder("kept")
    try folder.write("x", to: "kept/file")
    let removed = try folder.makeFolder("removed")
    #expect(symlink(kept, "\(removed)/link") == 0)
    removeTree(removed)
    #expect(try namesInFolder(folder.path) == ["kept"])
    #expect(try namesInFolder(kept) == ["file"])
  }

  private func write(
    _ text: String, to path: String, marker: String? = nil
  ) throws(FileError) {
    let model = try DirectoryReplacement(path, replacingFolderWith: marker)
    try AtomicFile.write(text, to: "\(model.workingPath)/config.json")
    try model.commit()
  }

  private func problem(_ body: () throws -> Void) -> FileError.Problem? {
    #expect(throws: FileError.self, performing: body)?.problem
  }
}
