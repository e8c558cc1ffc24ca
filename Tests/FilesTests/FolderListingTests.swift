import Files
import Foundation
import TestSupport
import Testing

@Suite("Folder listings")
struct FolderListingTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func entries() throws -> [FolderListing.Entry] {
    let listing = try FolderListing(folder.path)
    return (0..<listing.count).map { listing[$0] }
  }

  @Test("names are sorted by their bytes, the shorter first, whatever the language")
  func order() throws {
    let names = ["b", "a", "ab", "B", "a.jpg", "a-1", "ä", "z", "10", "9", ".hidden"]
    for name in names { try folder.write("", to: name) }
    let sorted = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    #expect(try entries().map(\.name) == sorted)
    #expect(try entries().map(\.name) == namesInFolder(folder.path))
  }

  @Test("each entry is what it is itself: a link is a link")
  func kinds() throws {
    try folder.write("", to: "a")
    try folder.makeFolder("b")
    try replaceLink(at: "\(folder.path)/c", pointingTo: "b")
    #expect(mkfifo("\(folder.path)/d", 0o666) == 0)
    #expect(try entries().map(\.kind) == [.file, .folder, .link, .other])
  }

  @Test("a name that is no UTF-8 keeps its bytes, and can be shown")
  func otherEncodings() throws {
    let name =
      "\(folder.path)/caf".utf8.map { CChar($0) } + [CChar(bitPattern: 0xE9), 0x2E, 0x6A, 0]
    let descriptor = open(name, O_CREAT | O_WRONLY, 0o666)
    #expect(descriptor >= 0)
    close(descriptor)
    let entry = try #require(entries().first)
    #expect(nameBytes(entry.name) == [0x63, 0x61, 0x66, 0xE9, 0x2E, 0x6A])
    #expect(visibleName(entry.name) == "caf\\xE9.j")
  }

  @Test("what cannot be listed is an error that names it")
  func errors() throws {
    for path in ["\(folder.path)/missing", "\(folder.path)/\u{0}", "/dev/null"] {
      do {
        _ = try FolderListing(path)
        Issue.record("listed \(path)")
      } catch {
        #expect(error.path == path)
      }
    }
  }
}

@Suite("Paths as text")
struct PathTextTests {
  @Test("a path is normalised without changing where it leads")
  func normalized() {
    #expect(normalizedPath("./a//b/.") == "a/b")
    #expect(normalizedPath(".") == "")
    #expect(normalizedPath("/") == "/")
    #expect(normalizedPath("//a/../b/") == "/a/../b")
  }

  @Test("paths are joined where they begin and at the root")
  func joined() {
    #expect(joinedPath("", "a") == "a")
    #expect(joinedPath("/", "a") == "/a")
    #expect(joinedPath("a/b", "c") == "a/b/c")
  }

  @Test("an extension is what follows the last point of a name")
  func extensions() {
    #expect(fileExtension(of: "a/b.tar.GZ") == "gz")
    #expect(fileExtension(of: "a.b/c") == nil)
    #expect(fileExtension(of: ".hidden") == nil)
    #expect(fileExtension(of: "a.") == "")
  }
}
