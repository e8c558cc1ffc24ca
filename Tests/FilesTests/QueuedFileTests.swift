import Glibc
import TestSupport
import Testing

@testable import Files

@Suite("Files whose records wait for room")
struct QueuedFileTests {
  /// A pipe simulates a full disk: nothing can be written while nobody reads.
  @Test(
    "what could not be written is said when it must be there, and written in order when it can be")
  func waits() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/pipe"
    signal(SIGPIPE, SIG_IGN)
    try #require(mkfifo(path, 0o600) == 0)
    var reader = open(path, O_RDONLY | O_NONBLOCK)
    var file = try QueuedFile(path)
    file.append(Array("one\n".utf8))
    #expect(text(reader) == "one\n")
    close(reader)
    file.append(Array("two\n".utf8))
    file.append(Array("three\n".utf8))
    do {
      try file.synchronize()
      Issue.record("a pipe without a reader took a record")
    } catch {
      #expect(error == FileError(path, .systemCall(name: "write", code: EPIPE)))
    }
    reader = open(path, O_RDONLY | O_NONBLOCK)
    file.append(Array("four\n".utf8))
    #expect(text(reader) == "two\nthree\nfour\n")
    try file.synchronize()
    #expect(text(reader) == "")
    close(reader)
  }

  private func text(_ reader: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 100)
    let count = read(reader, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
  }
}
