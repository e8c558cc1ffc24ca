import Glibc
import TestSupport
import Testing

@testable import Files

@Suite("Atomic files")
struct AtomicFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("appear complete on commit, and not before")
  func commit() throws {
    let path = "\(folder.path)/out.txt"
    let file = try AtomicFile(path)
    try file.write("one ")
    try file.write(Array("two".utf8))
    #expect(!isFile(path))
    try file.commit()
    #expect(try text(path) == "one two")
    #expect(try namesInFolder(folder.path) == ["out.txt"])
  }

  @Test("leave nothing behind without a commit")
  func abandoned() throws {
    try folder.write("old", to: "out.txt")
    do {
      let file = try AtomicFile("\(folder.path)/out.txt", overwriting: true)
      try file.write("half")
      #expect(try namesInFolder(folder.path).count == 2)
    }
    #expect(try namesInFolder(folder.path) == ["out.txt"])
    #expect(try text("\(folder.path)/out.txt") == "old")
  }

  @Test("replace a file only when asked to")
  func overwriting() throws {
    let path = try folder.write("old", to: "out.txt")
    #expect(problem { try AtomicFile.write("new", to: path) } == .exists)
    #expect(try text(path) == "old")
    try AtomicFile.write("new", to: path, overwriting: true)
    #expect(try text(path) == "new")
  }

  @Test("do not replace a file that came while they were written")
  func race() throws {
    let path = "\(folder.path)/out.txt"
    let mine = try AtomicFile(path)
    try mine.write("mine")
    try folder.write("theirs", to: "out.txt")
    do throws(FileError) {
      try mine.commit()
      Issue.record("replaced a file")
    } catch {
      #expect(error == FileError(path, .exists))
    }
    #expect(try text(path) == "theirs")
    #expect(try namesInFolder(folder.path) == ["out.txt"])
  }

  @Test("may be several of one name; the last to commit stays")
  func several() throws {
    let path = "\(folder.path)/out.txt"
    let a = try AtomicFile(path, overwriting: true)
    let b = try AtomicFile(path, overwriting: true)
    try a.write("a")
    try b.write("b")
    try b.commit()
    try a.commit()
    #expect(try text(path) == "a")
  }

  @Test("follow a symbolic link instead of replacing it")
  func symbolicLink() throws {
    let target = try folder.write("old", to: "target")
    let link = "\(folder.path)/link"
    #expect(symlink("target", link) == 0)
    try AtomicFile.write("new", to: link, overwriting: true)
    #expect(try text(target) == "new")
    #expect(try fileKind(link) == S_IFLNK)
  }

  @Test("take names up to the 255 bytes a file system allows")
  func longName() throws {
    let name = String(repeating: "n", count: 255)
    try AtomicFile.write("x", to: "\(folder.path)/\(name)")
    #expect(try namesInFolder(folder.path) == [name])
    let tooLong = "\(folder.path)/\(name)n"
    #expect(
      problem { try AtomicFile.write("x", to: tooLong) }
        == .systemCall(name: "realpath", code: ENAMETOOLONG))
  }

  @Test("tell apart what cannot be written to")
  func problems() throws {
    let file = try folder.write("x", to: "file")
    #expect(problem { try AtomicFile.write("x", to: folder.path) } == .folder)
    #expect(problem { try AtomicFile.write("x", to: "/dev/null", overwriting: true) } == .notAFile)
    #expect(
      problem { try AtomicFile.write("x", to: "\(folder.path)/no/such") } == .folderMissing)
    #expect(
      problem { try AtomicFile.write("x", to: "\(file)/below") }
        == .systemCall(name: "realpath", code: ENOTDIR))
    #expect(try namesInFolder(folder.path) == ["file"])
  }

  @Test("call a full disk by its name")
  func diskFull() throws {
    let full = try FileDescriptor(opening: "/dev/full", O_WRONLY, reportingAs: "out.bin")
    do throws(FileError) {
      try [1, 2, 3].withUnsafeBufferPointer { bytes throws(FileError) in
        try full.write(UnsafeRawBufferPointer(bytes))
      }
      Issue.record("wrote to a full disk")
    } catch {
      #expect(error == FileError("out.bin", .noSpace(code: ENOSPC)))
    }
  }

  private func text(_ path: String) throws(FileError) -> String {
    try MappedFile(path).withBytes { String(decoding: $0, as: UTF8.self) }
  }

  private func problem(_ body: () throws -> Void) -> FileError.Problem? {
    #expect(throws: FileError.self, performing: body)?.problem
  }
}
