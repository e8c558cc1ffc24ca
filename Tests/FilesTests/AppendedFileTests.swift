import Files
import TestSupport
import Testing

@Suite("Appended files")
struct AppendedFileTests {
  @Test("records follow what the file holds already")
  func appends() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/log"
    for record in ["one\n", "two\n"] {
      var file = try AppendedFile(path)
      try file.append(Array(record.utf8))
      try file.append(Array("-\n".utf8))
      try file.synchronize()
    }
    let bytes = try MappedFile(path).withBytes { Array($0) }
    #expect(String(decoding: bytes, as: UTF8.self) == "one\n-\ntwo\n-\n")
  }

  @Test("a full disk and a link are errors that name the file")
  func errors() throws {
    let folder = try TemporaryFolder()
    var full = try AppendedFile("/dev/full")
    do {
      try full.append([1])
      Issue.record("a full disk took a byte")
    } catch {
      #expect("\(error)".hasPrefix("/dev/full: cannot be written (No space left"))
    }
    try replaceLink(at: "\(folder.path)/link", pointingTo: "elsewhere")
    do {
      _ = try AppendedFile("\(folder.path)/link")
      Issue.record("a link was followed")
    } catch {
      #expect(error.path == "\(folder.path)/link")
    }
  }
}
