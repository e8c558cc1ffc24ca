import Files
import Foundation
import Media
import TestSupport
import Testing

@testable import BatchCaptioning
@testable import Captioning

@Suite("Archives among a batch's inputs")
struct ArchiveLevelTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func inputs(
    _ bytes: [UInt8], leftOut: [BatchInputs.LeftOut.Reason: Int]? = nil
  ) throws -> [BatchInput] {
    let path = try folder.write(bytes, to: "shard.tar")
    var walk = InputWalk(BatchInputs([.path(path)], isRecursive: false))
    var inputs: [BatchInput] = []
    while let input = try walk.next() { inputs.append(input) }
    if let leftOut { #expect(walk.leftOut.counts == leftOut) }
    return inputs
  }

  func names(_ inputs: [BatchInput]) -> [String] {
    inputs.map { String($0.name.dropFirst(folder.path.count + 1)) }
  }

  @Test("Ogg files are clips where they have pictures, and left out where they have sound alone")
  func ogg() {
    func look(_ name: String, _ content: String) -> FirstLook {
      let head = Array("OggS".utf8) + [UInt8](repeating: 0, count: 24)
      return FirstLook(name: name) { head + content.unicodeScalars.map { UInt8($0.value) } }
    }
    for name in ["a.ogg", "a.OGA"] {
      #expect(look(name, "\u{80}theora") == .media)
      #expect(look(name, "\u{1}vorbis") == .nothing)
    }
    #expect(look("a.m4a", "\u{80}theora") == .media)
  }

  @Test("members that are pictures or clips by name are inputs, and are read where they lie")
  func members() throws {
    var tar = TarBytes()
    for (name, byte) in [("000.jpg", 1), ("000.txt", 2), ("000.json", 3), ("sub/001.PNG", 4)] {
      tar.add(name, [UInt8(byte)])
    }
    tar.add("sub/", type: "5")
    tar.add("._000.jpg", [5])
    tar.add("link.jpg", type: "2")
    tar.add("a.tar.gz", [7])
    tar.add("a.jpg.gz", [8])
    tar.add("./b.mp4", [6])
    let inputs = try inputs(
      tar.whole, leftOut: [.hidden: 1, .notMedia: 2, .archiveLinks: 1, .nested: 1, .compressed: 1])
    #expect(names(inputs) == ["shard.tar/000.jpg", "shard.tar/sub/001.PNG", "shard.tar/b.mp4"])
    #expect(
      inputs.map(\.mirrorPath) == ["shard.tar/000.jpg", "shard.tar/sub/001.PNG", "shard.tar/b.mp4"])
    #expect(try inputs.map { try $0.source.get().bytes(atMost: 9) } == [[1], [4], [6]])
    #expect(inputs[1].stamp?.size == 1 && inputs[1].stamp?.offset == 7 * 512)
    #expect(throws: MediaError.self) { try inputs[0].source.get().bytes(atMost: 0) }
  }

  @Test("a tar is found in a folder whatever it is called")
  func unnamed() throws {
    var tar = TarBytes()
    tar.add("a.jpg", [1])
    let desk = try folder.makeFolder("desk")
    for name in ["9d81f0", "shard.tar.1", "x.dat"] {
      try folder.write(tar.whole, to: "desk/\(name)")
    }
    try folder.write([0x50, 0x4B, 3, 4], to: "desk/letter.docx")
    var walk = InputWalk(BatchInputs([.path(desk)], isRecursive: false))
    var names: [String] = []
    while let input = try walk.next() { names.append(String(input.name.dropFirst(desk.count + 1))) }
    #expect(names == ["9d81f0/a.jpg", "shard.tar.1/a.jpg", "x.dat/a.jpg"])
    #expect(walk.leftOut.counts == [.notMedia: 1])
  }

  @Test(
    "a name that leads out of the archive is a failure",
    arguments: ["../../a.jpg", "/etc/a.jpg", "x/../../a.jpg"])
  func hostileNames(_ name: String) throws {
    var tar = TarBytes()
    tar.add(name, [1])
    let inputs = try inputs(tar.whole)
    #expect(inputs.count == 1)
    guard case .failure(let error) = inputs[0].source else {
      Issue.record("\(name) can be read")
      return
    }
    #expect(error.code == .outsideRoot)
  }

  @Test("of members with one name the last one counts, as when they are unpacked")
  func replaced() throws {
    var tar = TarBytes()
    tar.add("a.jpg", [1])
    tar.add("b.jpg", [2])
    tar.add("./a.jpg", [3])
    tar.add("c.jpg", [4])
    tar.add("c.jpg", type: "2", target: "b.jpg")
    tar.add("d.jpg", [5])
    // Neither a link to itself nor one to nothing changes anything.
    tar.add("d.jpg", type: "1", target: "d.jpg")
    tar.add("b.jpg", type: "1", target: "none.jpg")
    tar.add("a.jpg", [6, 6])
    let inputs = try inputs(tar.whole, leftOut: [.replaced: 3, .archiveLinks: 2])
    let found = ["b.jpg", "d.jpg", "d.jpg", "a.jpg"]
    #expect(names(inputs) == found.map { "shard.tar/\($0)" })
    #expect(try inputs.map { try $0.source.get().bytes(atMost: 9) } == [[2], [5], [5], [6, 6]])
  }

  @Test("a hard link is the picture that it was linked to, even where that was replaced later")
  func hardLinks() throws {
    var tar = TarBytes()
    tar.add("a.jpg", [1])
    tar.add("x/b.jpg", type: "1", target: "./a.jpg")
    tar.add("c", type: "1", target: "x/b.jpg")
    tar.add("c.png", type: "1", target: "c")
    tar.add("a.jpg", [2])
    tar.add("d.jpg", type: "1", target: "a.jpg")
    tar.add("s.jpg", type: "2", target: "a.jpg")
    tar.add("e.jpg", type: "1", target: "s.jpg")
    tar.add("f.jpg", type: "1", target: "later.jpg")
    tar.add("later.jpg", [3])
    let inputs = try inputs(tar.whole, leftOut: [.replaced: 1, .archiveLinks: 3, .notMedia: 1])
    let found = ["x/b.jpg", "c.png", "a.jpg", "d.jpg", "later.jpg"]
    #expect(names(inputs) == found.map { "shard.tar/\($0)" })
    #expect(try inputs.map { try $0.source.get().bytes(atMost: 9) } == [[1], [1], [2], [2], [3]])
    #expect(inputs[0].stamp?.offset == 512 && inputs[0].stamp?.size == 1)
  }

  @Test("joined archives are read to the end, and what is in no member is named")
  func ends() throws {
    var (tar, second, folders) = (TarBytes(), TarBytes(), TarBytes())
    tar.add("a.jpg", [1])
    second.add("b.jpg", [2])
    second.add("a.jpg", [3])
    folders.add("empty/", type: "5")
    #expect(
      try names(inputs(tar.whole + second.whole, leftOut: [.replaced: 1]))
        == ["shard.tar/b.jpg", "shard.tar/a.jpg"])
    let junk = [UInt8](repeating: 65, count: 700)
    #expect(try inputs(tar.whole + junk, leftOut: [.rests: 1]).count == 1)
    #expect(try inputs(tar.bytes, leftOut: [.unended: 1]).count == 1)
    #expect(try inputs(folders.whole, leftOut: [.emptyArchives: 1]).isEmpty)
    #expect(
      try inputs([UInt8](repeating: 0, count: 10240), leftOut: [.emptyArchives: 1]).isEmpty)
    // Truncated inside a text, which is not needed.
    second.add("c.txt", [UInt8](repeating: 65, count: 2000))
    let cut = try inputs(Array(second.bytes.dropLast(700)), leftOut: [.notMedia: 1])
    #expect(names(cut) == ["shard.tar/b.jpg", "shard.tar/a.jpg", "shard.tar"])
  }

  @Test("a damaged archive gives what is before the damage, and one failure under its own name")
  func damage() throws {
    var tar = TarBytes()
    tar.add("a.jpg", [1])
    tar.add("b.jpg", [2])
    var bytes = tar.whole
    bytes[1030] ^= 1
    let inputs = try inputs(bytes)
    #expect(names(inputs) == ["shard.tar/a.jpg", "shard.tar"])
    guard case .failure(let error) = inputs[1].source else {
      Issue.record("the damage was not seen")
      return
    }
    #expect(error.code == .corrupt && error.problem.contains("1024"))
  }

  @Test("what is no archive, sparse or empty is one failure")
  func others() throws {
    var sparse = TarBytes()
    sparse.add("a.jpg", [1], type: "S")
    for bytes in [Array("no archive at all".utf8), sparse.whole, []] {
      let inputs = try inputs(bytes)
      #expect(inputs.count == 1)
      #expect(throws: MediaError.self) { try inputs[0].source.get().bytes(atMost: 1 << 20) }
    }
  }
}
