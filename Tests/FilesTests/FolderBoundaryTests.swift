import Foundation
import TestSupport
import Testing

@testable import Files

@Suite("Files within a folder")
struct FolderBoundaryTests {
  let outside: TemporaryFolder
  let root: String

  /// Creates a folder `root` with a nested file, beside a file that must stay out of reach.
  init() throws {
    outside = try TemporaryFolder()
    root = "\(outside.path)/root"
    try outside.write("secret", to: "secret")
    try makeFile(Array("ours".utf8), at: "\(root)/deep/file")
    try makeLink("link-inside", to: "deep/file")
    try makeLink("link-out", to: "../secret")
    try makeLink("absolute-link", to: "\(outside.path)/secret")
    try makeLink("absolute-link-inside", to: "\(root)/deep/file")
    try makeLink("folder-out", to: "..")
    try makeLink("loop", to: "loop")
    try makeLink("proc", to: "/proc/self/root\(outside.path)/secret")
  }

  private func makeLink(_ name: String, to destination: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: "\(root)/\(name)", withDestinationPath: destination)
  }

  private func text(_ name: String, beneath folder: String) throws(FileError) -> String {
    String(decoding: try bytes(ofFile: name, beneath: folder), as: UTF8.self)
  }

  @Test("are read, also by a link that stays inside, or where the folder itself is a link")
  func inside() throws {
    #expect(try text("deep/file", beneath: root) == "ours")
    #expect(try text("./deep//file", beneath: root) == "ours")
    #expect(try text("link-inside", beneath: root) == "ours")
    let link = "\(outside.path)/link-to-root"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: root)
    #expect(try text("deep/file", beneath: link) == "ours")
    #expect(hasFile("deep/file", beneath: link))
  }

  @Test(
    "are all that is opened: names and links that lead out are refused",
    arguments: [
      "../secret", "deep/../../secret", "/etc/hostname", "", "a\0b", "link-out", "absolute-link",
      "folder-out/secret", "absolute-link-inside",
    ])
  func leadingOut(name: String) {
    let error = #expect(throws: FileError.self) { try text(name, beneath: root) }
    #expect(error?.problem == .outsideFolder(root))
    #expect(
      error?.description
        == "\(root)/\(name): leads out of \(root). Put the file itself into that folder.")
    #expect(!hasFile(name, beneath: root))
  }

  @Test("do not include what links through /proc or in circles lead to, nor folders")
  func notFiles() {
    for name in ["proc", "loop", "deep", "missing", String(repeating: "n", count: 5000)] {
      #expect(throws: FileError.self) { try text(name, beneath: root) }
    }
  }

  @Test("are found by resolving links where the kernel cannot keep us inside")
  func olderKernels() throws {
    for name in ["deep/file", "link-inside", "absolute-link-inside"] {
      close(try openResolvedFile(name, beneath: root))
    }
    for name in ["link-out", "absolute-link", "folder-out/secret", "proc"] {
      let error = #expect(throws: FileError.self) { try openResolvedFile(name, beneath: root) }
      #expect(error?.problem == .outsideFolder(root), "\(name)")
    }
    let error = #expect(throws: FileError.self) { try openResolvedFile("none", beneath: root) }
    #expect(error?.problem == .missing)
  }

  @Test("may be read in part, and may be too large")
  func sizes() throws {
    #expect(try bytes(ofFile: "deep/file", beneath: root, prefixLength: 2) == Array("ou".utf8))
    let error = #expect(throws: FileError.self) {
      try bytes(ofFile: "deep/file", beneath: root, limit: 3)
    }
    #expect(error?.problem == .tooLarge(byteCount: 4, limit: 3))
  }

  @Test("get a second name, which is the same file and survives the first")
  func linking() throws {
    let second = "\(outside.path)/new/folder/second"
    try linkFile("link-inside", beneath: root, to: second)
    #expect(isSameFile(second, "\(root)/deep/file"))
    #expect(throws: FileError.self) { try linkFile("link-out", beneath: root, to: "\(second)2") }
    #expect(throws: FileError(second, .exists)) {
      try linkFile("deep/file", beneath: root, to: second)
    }
  }
}
