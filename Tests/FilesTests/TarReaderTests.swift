import Files
import Foundation
import TestSupport
import Testing

@Suite("Reading tar archives")
struct TarReaderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Returns the members of an archive, and the error that ended reading, if any.
  func members(
    of bytes: [UInt8]
  ) throws -> (members: [(name: String, contents: [UInt8], kind: TarReader.Kind)], TarError?) {
    let file = try ReadableFile(folder.write(bytes, to: "a.tar"))
    var reader = TarReader(file)
    var members: [(String, [UInt8], TarReader.Kind)] = []
    do throws(TarError) {
      while let member = try reader.next() {
        let contents = (try? file.bytes(member.range)) ?? []
        members.append((String(decoding: member.name, as: UTF8.self), contents, member.kind))
      }
    } catch {
      return (members, error)
    }
    return (members, nil)
  }

  @Test("files come with their bytes, in the archive's order, whatever lies between them")
  func plain() throws {
    var tar = TarBytes()
    tar.add("a.jpg", [1, 2, 3])
    tar.add("folder/", type: "5")
    tar.add("folder/b.txt", [UInt8](repeating: 7, count: 512))
    tar.add("empty", [])
    tar.add("link", type: "2")
    tar.add("again", type: "1")
    tar.add("pipe", type: "6")
    let (found, error) = try members(of: tar.whole)
    #expect(error == nil)
    #expect(
      found.map(\.name) == ["a.jpg", "folder/", "folder/b.txt", "empty", "link", "again", "pipe"])
    #expect(found.map(\.kind) == [.file, .folder, .file, .file, .link, .hardLink, .other])
    #expect(found[0].contents == [1, 2, 3])
    #expect(found[2].contents == [UInt8](repeating: 7, count: 512))
  }

  @Test("long names come from POSIX's prefix, pax records and GNU's own members")
  func longNames() throws {
    let long = (0..<60).map { "folder-\($0)" }.joined(separator: "/") + "/ü.jpg"
    var tar = TarBytes()
    tar.add("b.jpg", [1], prefix: "some/where")
    tar.addRecords([("mtime", "1.5"), ("path", long)])
    tar.add("short.jpg", [2])
    tar.add("././@LongLink", Array((long + "2").utf8) + [0], type: "L")
    tar.add("short.jpg", [3])
    tar.add("pax_global_header", Array("17 comment=hello\n".utf8), type: "g")
    tar.add("after.jpg", [4])
    let (found, error) = try members(of: tar.whole)
    #expect(error == nil)
    #expect(found.map(\.name) == ["some/where/b.jpg", long, long + "2", "after.jpg"])
    #expect(found.map(\.contents) == [[1], [2], [3], [4]])
  }

  @Test("a size may stand in pax records, or in binary")
  func sizes() throws {
    var tar = TarBytes()
    tar.addRecords([("size", "3")])
    tar.add("pax", [1, 2, 3], size: Array("00000000000".utf8))
    tar.add("binary", [4, 5], size: [0x80] + [UInt8](repeating: 0, count: 10) + [2])
    tar.add("last", [6])
    let (found, error) = try members(of: tar.whole)
    #expect(error == nil)
    #expect(found.map(\.contents) == [[1, 2, 3], [4, 5], [6]])
  }

  @Test("a file with holes is told from one that lies there whole")
  func sparse() throws {
    var tar = TarBytes()
    tar.add("old", [1], type: "S")
    tar.addRecords([("GNU.sparse.major", "1"), ("GNU.sparse.name", "new")])
    tar.add("GNUSparseFile.0/new", [2])
    tar.add("plain", [3])
    let found = try members(of: tar.whole).members
    #expect(found.map(\.kind) == [.sparse, .sparse, .file])
    #expect(found.map(\.name) == ["old", "new", "plain"])
  }

  @Test("the two empty blocks at the end may be missing, and a lone one says nothing")
  func endings() throws {
    var tar = TarBytes()
    tar.add("a", [1])
    #expect(try members(of: tar.bytes).1 == nil)
    var second = TarBytes()
    second.add("b", [2])
    let joined = tar.bytes + [UInt8](repeating: 0, count: 512) + second.whole
    #expect(try members(of: joined).members.map(\.name) == ["a", "b"])
  }

  @Test(
    "archives that were joined are all read, whatever fills them up, and what is none is counted")
  func joined() throws {
    var (tar, second) = (TarBytes(), TarBytes())
    tar.add("a", [1])
    second.add("b", [2])
    func end(of bytes: [UInt8]) throws -> String {
      var reader = TarReader(try ReadableFile(folder.write(bytes, to: "a.tar")))
      var names: [String] = []
      while let member = try reader.next() {
        names.append(String(decoding: member.name, as: UTF8.self))
      }
      return "\(names.joined()) \(reader.unreadByteCount) \(reader.hasEnd)"
    }
    let padding = [UInt8](repeating: 0, count: 10240 * 20)
    for bytes in [tar.whole + second.whole, tar.whole + padding + second.whole + padding] {
      #expect(try end(of: bytes) == "ab 0 true")
    }
    #expect(try end(of: tar.whole + second.bytes) == "ab 0 false")
    let junk = [UInt8](repeating: 65, count: 700)
    #expect(try end(of: tar.whole + junk) == "a 700 true")
    #expect(try end(of: tar.whole + padding + junk.prefix(100)) == "a 100 true")
    #expect(try end(of: tar.whole + second.whole + junk) == "ab 700 true")
    // Zero bytes of less than a block do not count.
    #expect(try end(of: tar.whole + padding.prefix(100)) == "a 0 true")
    #expect(try end(of: padding) == " 0 true")
  }

  @Test("a gap without an end is not searched for ever, and what is behind it is counted")
  func longGap() throws {
    var tar = TarBytes()
    tar.add("a", [1])
    let path = try folder.write(tar.whole, to: "a.tar")
    #expect(truncate(path, 1 << 40) == 0)
    let start = ContinuousClock.now
    var reader = TarReader(try ReadableFile(path))
    #expect(try reader.next()?.name == Array("a".utf8))
    #expect(try reader.next() == nil)
    #expect(reader.unreadByteCount > (1 << 40) - (128 << 20) && reader.unreadByteCount < 1 << 40)
    #expect(start.duration(to: .now) < .seconds(10))
  }

  @Test("a hard link has its target's name, from the header, pax or GNU's long names")
  func hardLinks() throws {
    let long = (0..<60).map { "folder-\($0)" }.joined(separator: "/") + "/a.jpg"
    var tar = TarBytes()
    tar.add("a.jpg", [1])
    tar.add("b.jpg", type: "1", target: "a.jpg")
    tar.add("././@LongLink", Array(long.utf8) + [0], type: "K")
    tar.add("c.jpg", type: "1", target: "folder-0")
    tar.addRecords([("linkpath", long + "2")])
    tar.add("d.jpg", type: "1", target: "folder-0")
    tar.add("e.jpg", type: "2", target: "a.jpg")
    var reader = TarReader(try ReadableFile(folder.write(tar.whole, to: "a.tar")))
    var targets: [String?] = []
    while let member = try reader.next() {
      targets.append(member.target.map { String(decoding: $0, as: UTF8.self) })
    }
    #expect(targets == [nil, "a.jpg", long, long + "2", nil])
  }

  @Test("what is no archive, or damaged, is said with its place, and what came before is told")
  func damage() throws {
    #expect(try members(of: Array("not a tar archive".utf8)).1 == TarError(0, .notTar))
    #expect(try members(of: [UInt8](repeating: 65, count: 2048)).1 == TarError(0, .notTar))
    var tar = TarBytes()
    tar.add("a", [1])
    tar.add("b", [2])
    var damaged = tar.whole
    damaged[1024] ^= 1
    let (found, error) = try members(of: damaged)
    #expect(found.map(\.name) == ["a"])
    #expect(error == TarError(1024, .damaged))
    let cut = Array(tar.whole.prefix(1024 + 100))
    #expect(try members(of: cut).1 == TarError(1024, .truncated))
  }

  @Test("a member that ends too early has the bytes that are there")
  func truncated() throws {
    var tar = TarBytes()
    tar.add("a", [UInt8](repeating: 9, count: 2000))
    for count in [0, 700, 1999] {
      let (found, error) = try members(of: Array(tar.bytes.prefix(512 + count)))
      #expect(found.map(\.contents.count) == [count])
      #expect(error == TarError(512 + count, .truncated))
    }
    // The padding of the last block may be missing.
    #expect(try members(of: Array(tar.bytes.prefix(2512))).1 == nil)
  }

  @Test(
    "sizes that cannot be are damage, and take no memory",
    arguments: [
      [0x80, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
      [0x80, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
      [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
      Array("-0000000001\0".utf8), Array("99999999999\0".utf8),
    ] as [[UInt8]])
  func sizesOutOfRange(_ size: [UInt8]) throws {
    for type in ["0", "L", "x"] as [Character] {
      var tar = TarBytes()
      tar.add("first", [1])
      tar.add("a", [1], type: type, size: size)
      let (found, error) = try members(of: tar.whole)
      #expect(found.count == 1)
      #expect(error == TarError(1024, .damaged))
    }
  }

  @Test(
    "records that are none are damage",
    arguments: ["", "9", "x path=a\n", "99 path=a\n", "8 path=a\n", "5 ab\n"])
  func records(_ text: String) throws {
    var tar = TarBytes()
    tar.add("x", Array((text + "\u{0}").utf8), type: "x")
    tar.add("a", [1])
    #expect(try members(of: tar.whole).1 == TarError(0, .damaged))
  }

  @Test("an archive cut off anywhere is read to where it ends, without a crash")
  func everyCut() throws {
    var tar = TarBytes()
    tar.add("a.jpg", [1, 2, 3])
    tar.addRecords([("path", "b.jpg")])
    tar.add("x", [UInt8](repeating: 5, count: 600))
    tar.add("././@LongLink", Array("c.jpg\u{0}".utf8), type: "L")
    tar.add("y", [4])
    let whole = tar.whole
    for count in stride(from: 0, through: whole.count, by: 64) {
      let (found, _) = try members(of: Array(whole.prefix(count)))
      #expect(["a.jpg", "b.jpg", "c.jpg"].starts(with: found.map(\.name)))
    }
  }
}
