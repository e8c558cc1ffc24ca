import Files
import Glibc
import TestSupport
import Testing

@Suite("Mapped files")
struct MappedFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("show the bytes of the file, whole and in part")
  func bytes() throws {
    let file = try MappedFile(folder.write("abcdef", to: "letters"))
    #expect(file.count == 6)
    #expect(file.withBytes { Array($0) } == Array("abcdef".utf8))
    #expect(file.withBytes(2..<4) { Array($0) } == Array("cd".utf8))
    #expect(file.withBytes(6..<6) { $0.count } == 0)
  }

  #if compiler(>=6.2)  // Swift Testing's exit tests came with 6.2
  @Test("trap when bytes outside the file are asked for")
  func outside() async throws {
    await #expect(processExitsWith: .failure) {
      let folder = try TemporaryFolder()
      let file = try MappedFile(folder.write("abc", to: "letters"))
      file.withBytes(1..<4) { _ in }
    }
  }
  #endif

  @Test("keep the old bytes when another file is renamed over theirs")
  func replaced() throws {
    let path = try folder.write("old", to: "file")
    let file = try MappedFile(path)
    try AtomicFile.write("new and longer", to: path, overwriting: true)
    #expect(file.withBytes { String(decoding: $0, as: UTF8.self) } == "old")
  }

  @Test("live as long as somebody holds them")
  func lifetime() throws {
    struct Observer { weak var file: MappedFile? }
    var holder: MappedFile? = try MappedFile(folder.write("abc", to: "letters"))
    let observer = Observer(file: holder)
    #expect(observer.file?.withBytes { $0[2] } == UInt8(ascii: "c"))
    holder = nil
    #expect(observer.file == nil)
  }

  @Test("tell a missing file, a folder, an empty file, a pipe and a large file apart")
  func problems() throws {
    #expect(problem(of: "\(folder.path)/none") == .missing)
    #expect(problem(of: folder.path) == .folder)
    #expect(problem(of: try folder.write("", to: "empty")) == .empty)
    #expect(problem(of: "/dev/null") == .notAFile)
    #expect(mkfifo("\(folder.path)/pipe", 0o666) == 0)
    #expect(problem(of: "\(folder.path)/pipe") == .notAFile)
    #expect(
      problem(of: try folder.write("abc", to: "large"), limit: 2)
        == .tooLarge(byteCount: 3, limit: 2))
    #expect(problem(of: "\(folder.path)/large\0.txt") == .systemCall(name: "open", code: EINVAL))
  }

  @Test(
    "say when permission is missing",
    .enabled(if: getuid() != 0, "skipped: root may read everything"))
  func permission() throws {
    let path = try folder.write("secret", to: "secret")
    chmod(path, 0)
    #expect(problem(of: path) == .noPermission)
  }

  private func problem(of path: String, limit: Int = .max) -> FileError.Problem? {
    #expect(throws: FileError.self) { try MappedFile(path, limit: limit) }?.problem
  }
}
