import Files
import TestSupport
import Testing

@Suite("Reading lines")
struct LineReaderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func lines(
    of text: String, separator: UInt8 = 10, limit: Int = 1 << 20
  ) throws -> (lines: [String], isTorn: Bool, offsets: [Int]) {
    let file = try ReadableFile(folder.write(text, to: "lines"))
    var reader = LineReader(file, separator: separator, limit: limit)
    var lines: [String] = []
    var offsets: [Int] = []
    while let line = try reader.next() {
      lines.append(String(decoding: line, as: UTF8.self))
      offsets.append(reader.offset)
    }
    #expect(try reader.next() == nil)
    return (lines, reader.isTorn, offsets)
  }

  @Test("lines come one after the other, empty ones too, and tell where the next begins")
  func plain() throws {
    let found = try lines(of: "one\n\nthree\n")
    #expect(found.lines == ["one", "", "three"])
    #expect(!found.isTorn)
    #expect(found.offsets == [4, 5, 11])
    #expect(try lines(of: "").lines == [])
  }

  @Test("a last line that nothing ends is torn")
  func torn() throws {
    let found = try lines(of: "one\ntw")
    #expect(found.lines == ["one", "tw"])
    #expect(found.isTorn)
  }

  @Test("lines longer than what is read at once are whole, up to the limit")
  func long() throws {
    let text = [1, 262_143, 262_144, 262_145, 700_000, 3].map { String(repeating: "x", count: $0) }
    let found = try lines(of: text.map { $0 + "\n" }.joined())
    #expect(found.lines == text)
    #expect(throws: FileError.self) {
      try lines(of: String(repeating: "x", count: 700_000), limit: 500_000)
    }
  }

  @Test("other bytes can end a line")
  func null() throws {
    #expect(try lines(of: "a\nb\0c\0", separator: 0).lines == ["a\nb", "c"])
  }
}

@Suite("Files that are read in parts")
struct ReadableFileTests {
  @Test("any part can be read, and what lies behind the end is not there")
  func parts() throws {
    let folder = try TemporaryFolder()
    let file = try ReadableFile(folder.write([1, 2, 3, 4, 5], to: "a"))
    #expect(file.status.byteCount == 5)
    #expect(try file.bytes(1..<3) == [2, 3])
    #expect(try file.bytes(3..<(1 << 60)) == [4, 5])
    #expect(try file.bytes(9..<12) == [])
    #expect(try file.bytes(2..<2) == [])
  }

  @Test("a file that has been cut short since has fewer bytes, and one that is removed stays")
  func changes() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([1, 2, 3, 4, 5], to: "a")
    let file = try ReadableFile(path)
    try folder.write([6], to: "a")
    #expect(try file.bytes(0..<5) == [6])
    try removeFile(path)
    #expect(try file.bytes(0..<5) == [6])
    try removeFile(path)
  }

  @Test("folders, pipes and what is missing are refused")
  func refusals() throws {
    let folder = try TemporaryFolder()
    for (path, problem) in [
      (folder.path, .folder), ("/dev/null", .notAFile), ("\(folder.path)/none", .missing),
    ] as [(String, FileError.Problem)] {
      #expect(throws: FileError(path, problem)) { try ReadableFile(path) }
    }
  }

  @Test("a file's status tells one from another, and a change from none")
  func status() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([1, 2], to: "a")
    let before = try #require(FileStatus(path))
    #expect(before == FileStatus(path))
    #expect(before.kind == .file)
    try replaceLink(at: "\(folder.path)/link", pointingTo: "a")
    #expect(FileStatus("\(folder.path)/link")?.identity == before.identity)
    #expect(FileStatus("\(folder.path)/link", followingLinks: false)?.kind == .link)
    try folder.write([1, 2, 3], to: "b")
    #expect(FileStatus("\(folder.path)/b")?.identity != before.identity)
    #expect(FileStatus("\(folder.path)/none") == nil)
    #expect(FileStatus(path + "\u{0}") == nil)
  }

  @Test("a file written aside replaces the old one, and leaves nothing when it cannot")
  func replacing() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("old", to: "a")
    let temporary = try folder.write("left by a kill", to: ".aside")
    try replaceFile(Array("new".utf8), at: path, by: temporary)
    #expect(try MappedFile(path).withBytes { Array($0) } == Array("new".utf8))
    #expect(try namesInFolder(folder.path) == ["a"])
    try folder.makeFolder("taken")
    #expect(throws: FileError.self) {
      try replaceFile([1], at: "\(folder.path)/taken", by: temporary)
    }
    #expect(try namesInFolder(folder.path) == ["a", "taken"])
  }
}
