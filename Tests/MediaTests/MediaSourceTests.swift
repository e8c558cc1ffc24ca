import Foundation
import Testing

@testable import Media

@Suite("Media source")
struct MediaSourceTests {
  let folder = FileManager.default.temporaryDirectory.appending(path: "media-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// Returns the error of reading `path`; nil if it succeeds.
  func failure(_ path: String, atMost maximum: Int = 1000) -> MediaError? {
    do throws(MediaError) {
      _ = try MediaSource.file(path).bytes(atMost: maximum)
      return nil
    } catch {
      return error
    }
  }

  @Test("reads all bytes of a file")
  func readsFile() throws {
    let path = folder.appending(path: "a.jpg").path
    try Data((0..<200).map { UInt8($0) }).write(to: URL(filePath: path))
    #expect(try MediaSource.file(path).bytes(atMost: 200) == (0..<200).map { UInt8($0) })
  }

  @Test("a missing file says so")
  func missing() {
    let path = folder.appending(path: "none.jpg").path
    #expect(failure(path)?.code == .missing)
    #expect(failure(path)?.description == "\(path): no such file. Check the spelling.")
    #expect(failure("")?.problem == "not a possible file name. Check the spelling.")
    #expect(failure("a\0b")?.code == .missing)
  }

  @Test("a folder is not read")
  func folderIsRefused() {
    #expect(failure(folder.path)?.code == .unreadable)
    #expect(failure(folder.path)?.problem == "a folder, not a file. Name the files in it.")
  }

  @Test("a pipe or a device is refused without waiting for it")
  func pipe() throws {
    let path = folder.appending(path: "pipe").path
    try #require(mkfifo(path, 0o600) == 0)
    for path in [path, "/dev/zero"] {
      #expect(
        failure(path)?.problem
          == "not a regular file. To read a pipe or device, send it to standard input (-).")
    }
  }

  @Test("a file without permission says so", .enabled(if: geteuid() != 0, "root reads everything"))
  func permission() throws {
    let path = folder.appending(path: "secret.jpg").path
    try Data([1]).write(to: URL(filePath: path))
    chmod(path, 0)
    #expect(failure(path)?.code == .unreadable)
    #expect(failure(path)?.problem == "no permission to read it. Try chmod u+r.")
  }

  @Test("an empty file says so")
  func empty() throws {
    let path = folder.appending(path: "empty.jpg").path
    try Data().write(to: URL(filePath: path))
    #expect(failure(path)?.code == .empty)
    #expect(failure(path)?.problem == "the file is empty. Get a fresh copy.")
  }

  @Test("a file over the limit is refused before it is read")
  func tooLarge() throws {
    let path = folder.appending(path: "huge.jpg").path
    try #require(FileManager.default.createFile(atPath: path, contents: nil))
    // A sparse file: a terabyte that takes no space.
    try #require(truncate(path, 1 << 40) == 0)
    #expect(failure(path)?.code == .tooLarge)
    #expect(
      failure(path)?.problem
        == "1,099,511,627,776 bytes are over the limit of 1,000. Make the file smaller.")
    #expect(throws: MediaError.self) { try MediaSource.bytes([1, 2], name: "it").bytes(atMost: 1) }
  }

  @Test("a file inside a folder is read, and nothing outside it")
  func insideFolder() throws {
    let place = folder.path
    try Data([1, 2, 3]).write(to: folder.appending(path: "a.jpg"))
    try FileManager.default.createSymbolicLink(
      at: folder.appending(path: "out.jpg"), withDestinationURL: URL(filePath: "/etc/hostname"))
    func failure(_ name: String) -> MediaError? {
      do throws(MediaError) {
        _ = try MediaSource.fileInside(folder: place, name: name).bytes(atMost: 100)
        return nil
      } catch {
        return error
      }
    }
    let source = MediaSource.fileInside(folder: place, name: "a.jpg")
    #expect(source.name == "\(place)/a.jpg")
    #expect(try source.bytes(atMost: 100) == [1, 2, 3])
    #expect(try source.firstBytes(2) == [1, 2])
    for name in ["out.jpg", "../\(folder.lastPathComponent)/a.jpg", "/etc/hostname"] {
      #expect(failure(name)?.code == .outsideRoot, "\(name)")
    }
    #expect(
      failure("out.jpg")?.description
        == "\(place)/out.jpg: leads out of \(place). Put the picture itself into that folder.")
    #expect(failure("none.jpg")?.problem == "no such file. Check the spelling.")
    #expect(failure(".")?.problem == "a folder, not a file. Name the files in it.")
  }
}
