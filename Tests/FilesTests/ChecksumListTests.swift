import Files
import TestSupport
import Testing

@Suite("SHA256SUMS")
struct ChecksumListTests {
  let folder: TemporaryFolder
  let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

  init() throws { folder = try TemporaryFolder() }

  @Test("is written as sha256sum does, and verifies what it lists")
  func roundTrip() throws {
    try folder.write("abc", to: "a b.txt")
    try folder.write("", to: "empty")
    let list = try ChecksumList(of: ["a b.txt", "empty"], in: folder.path)
    #expect(list.text.hasPrefix("\(abc)  a b.txt\n"))
    let read = try ChecksumList(reading: folder.write(list.text, to: "SHA256SUMS"))
    #expect(read == list)
    try read.verify(in: folder.path)
  }

  @Test("tells a changed file and a missing one")
  func verification() throws {
    let path = try folder.write("abc", to: "file")
    let list = try ChecksumList(of: ["file"], in: folder.path)
    try folder.write("abd", to: "file")
    let changed = error { try list.verify(in: folder.path) }
    #expect(
      changed
        == "\(path): its SHA-256 is a52d159f262b2c6ddb724a61840befc36eb30c88877a4030b65cbe86298449c9"
        + ", but the list says \(abc). The file was damaged or changed; get a fresh copy, "
        + "or write the list again.")
    let missing = error { try list.verify(in: "\(folder.path)/none") }
    #expect(missing == FileError("\(folder.path)/none/file", .missing).description)
  }

  @Test("accepts the binary form and a missing last newline")
  func binaryForm() throws {
    let list = try ChecksumList(reading: folder.write("\(abc) *x/y.bin", to: "SHA256SUMS"))
    #expect(list.entries.map(\.name) == ["x/y.bin"])
  }

  @Test(
    "refuses names outside the folder", arguments: ["../x", "/etc/passwd", "a/../../x", "x\0y"])
  func outside(name: String) throws {
    let path = try folder.write("\n\(abc)  \(name)\n", to: "SHA256SUMS")
    #expect(
      error { _ = try ChecksumList(reading: path) }
        == "\(path), line 2: '\(name)' lies outside the folder. "
        + "A list may only name files beside it; get it from a source you trust.")
  }

  @Test("says which line it cannot read")
  func malformed() throws {
    let path = try folder.write("\(abc)  good\n\(abc) bad\n", to: "SHA256SUMS")
    #expect(
      error { _ = try ChecksumList(reading: path) }
        == "\(path), line 2: is not a SHA-256 checksum and a name. "
        + "Write the list again, with sha256sum FILES > SHA256SUMS.")
    try folder.write("\(abc)  twice\n\(abc)  twice\n", to: "SHA256SUMS")
    #expect(
      error { _ = try ChecksumList(reading: path) }
        == "\(path), line 2: 'twice' is listed twice. Remove one of the two lines.")
  }

  private func error(_ body: () throws -> Void) -> String? {
    #expect(throws: ChecksumError.self, performing: body)?.description
  }
}
