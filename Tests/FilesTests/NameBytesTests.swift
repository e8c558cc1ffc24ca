import Files
import Foundation
import TestSupport
import Testing

@Suite("Names of files as text")
struct NameBytesTests {
  @Test(
    "any bytes become text that gives them back, and no two names one text",
    arguments: [
      Array("grün.jpg".utf8), [0x63, 0xE9], [0xFF, 0xFE, 0x61], [0xC3], [0xC3, 0x28],
      [0xED, 0xA0, 0x80],
      // A file name that really contains the scalar for the byte E9.
      [0xF4, 0x8F, 0xBF, 0xA9], [0xF4, 0x8F, 0xBF], [0xE3, 0x83, 0x95, 0x83], [],
    ] as [[UInt8]])
  func roundTrip(_ bytes: [UInt8]) {
    #expect(nameBytes(nameText(bytes)) == bytes)
    #expect(
      isUTF8Name(nameText(bytes)) == (nameText(bytes) == String(decoding: bytes, as: UTF8.self)))
  }

  @Test("what is UTF-8 is the text that it seems, and what is not stays visible")
  func visible() {
    #expect(nameText(Array("grün".utf8)) == "grün")
    #expect(visibleName("grün") == "grün")
    #expect(visibleName(nameText([0x61, 0xFF, 0xC3, 0xA4, 0xC3] as [UInt8])) == "a\\xFFä\\xC3")
    #expect(nameText([0xE9]) != nameText([0xF4, 0x8F, 0xBF, 0xA9]))
  }

  @Test("files of such names are written, found, renamed and removed")
  func files() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/\(nameText([0x63, 0xE9])).txt"
    try AtomicFile.write("a", to: path)
    #expect(
      try namesInFolder(folder.path).map { nameBytes($0) } == [
        [0x63, 0xE9, 0x2E, 0x74, 0x78, 0x74]
      ])
    let listing = try FolderListing(folder.path)
    #expect(joinedPath(folder.path, listing[0].name) == path)
    #expect(FileStatus(path)?.byteCount == 1)
    #expect(try ReadableFile(path).bytes(0..<9) == [0x61])
    #expect(try bytes(ofFile: listing[0].name, beneath: folder.path) == [0x61])
    try replaceLink(at: "\(folder.path)/link", pointingTo: listing[0].name)
    #expect(destinationOfLink("\(folder.path)/link") == listing[0].name)
    try removeFile(path)
    #expect(FileStatus(path) == nil)
  }

  @Test("base 64 gives back the bytes, and is nothing else")
  func base64Bytes() {
    for count in 0..<9 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 77 + 200) }
      #expect(base64(bytes) == Data(bytes).base64EncodedString())
      #expect(Files.bytes(ofBase64: base64(bytes)) == bytes)
    }
    for text in ["A", "AAA", "AA=A", "A===", "AA!A", "AAAA\n"] {
      #expect(Files.bytes(ofBase64: text) == nil, "\(text)")
    }
  }
}
