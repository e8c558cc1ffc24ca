import Files
import Foundation
import Media
import TestSupport
import Testing

@testable import Captioning

@Suite("Going through what a batch was given")
struct InputWalkTests {
  let folder: TemporaryFolder

  /// Two pictures in a folder, two in one inside it, and things that are none.
  init() throws {
    folder = try TemporaryFolder()
    try folder.makeFolder("pics")
    try folder.makeFolder("pics/more")
    for name in ["b.jpg", "a.PNG", "notes.txt", ".hidden.jpg", "more/d.webp", "more/c.mp4"] {
      try folder.write("x", to: "pics/\(name)")
    }
    try replaceLink(at: "\(folder.path)/pics/link.jpg", pointingTo: "b.jpg")
    try replaceLink(at: "\(folder.path)/pics/loop", pointingTo: "..")
    #expect(mkfifo("\(folder.path)/pics/pipe.jpg", 0o666) == 0)
  }

  /// The inputs' names below the test's folder, and what was left out.
  func walk(
    _ arguments: [BatchInputs.Argument], isRecursive: Bool = false, outsideOf output: String? = nil
  ) throws -> (inputs: [BatchInput], names: [String], walk: InputWalk) {
    var walk = InputWalk(
      BatchInputs(arguments, isRecursive: isRecursive, outsideOf: output))
    var inputs: [BatchInput] = []
    while let input = try walk.next() { inputs.append(input) }
    let prefix = "\(folder.path)/"
    let names = inputs.map { input in
      input.name.hasPrefix(prefix) ? String(input.name.dropFirst(prefix.count)) : input.name
    }
    return (inputs, names, walk)
  }

  func path(_ name: String) -> BatchInputs.Argument { .path("\(folder.path)/\(name)") }

  func list(_ text: String, isSeparatedByNull: Bool = false) throws -> BatchInputs.Argument {
    .list(
      try ReadableFile(folder.write(text, to: "list")), isSeparatedByNull: isSeparatedByNull)
  }

  @Test("a folder gives its pictures and clips by name, in order, and counts all else")
  func plainFolder() throws {
    let found = try walk([path("pics/")])
    #expect(found.names == ["pics/a.PNG", "pics/b.jpg"])
    #expect(
      found.walk.leftOut
        == BatchInputs.LeftOut(hidden: 1, notMedia: 1, links: 2, others: 1, folders: 1))
    #expect(found.inputs.map(\.mirrorPath) == ["a.PNG", "b.jpg"])
  }

  @Test("-r looks into folders where their names come, and follows no link")
  func recursion() throws {
    let found = try walk([path("pics")], isRecursive: true)
    #expect(found.names == ["pics/a.PNG", "pics/b.jpg", "pics/more/c.mp4", "pics/more/d.webp"])
    #expect(found.inputs.last?.mirrorPath == "more/d.webp")
    #expect(found.walk.leftOut.folders == 0)
  }

  @Test("what is named is taken, whatever it is called, and whether it is there")
  func files() throws {
    let found = try walk([path("pics/notes.txt"), path("none.jpg"), path("./pics//link.jpg")])
    #expect(found.names == ["pics/notes.txt", "none.jpg", "pics/link.jpg"])
    #expect(found.inputs.map { $0.stamp == nil } == [false, true, false])
  }

  @Test("a pattern finds what is like it, below any number of folders")
  func patterns() throws {
    #expect(try walk([path("**/*.{jpg}")]).walk.unmatchedPatterns.count == 1)
    #expect(try walk([path("pics/*.jpg")]).names == ["pics/b.jpg"])
    #expect(try walk([path("**/[cd].*")]).names == ["pics/more/c.mp4", "pics/more/d.webp"])
    let all = try walk([path("pics/**")])
    #expect(all.names == ["pics/a.PNG", "pics/b.jpg", "pics/more/c.mp4", "pics/more/d.webp"])
    #expect(all.inputs.last?.mirrorPath == "more/d.webp")
    // A folder that is like the pattern is a folder that was given.
    #expect(try walk([path("p*")]).names == ["pics/a.PNG", "pics/b.jpg"])
    #expect(try walk([path("p*/notes.txt")]).names == ["pics/notes.txt"])
    #expect(try walk([path("none/*.jpg")]).walk.unmatchedPatterns == ["\(folder.path)/none/*.jpg"])
  }

  @Test("a file may be called like a pattern")
  func literalPatterns() throws {
    try folder.write("x", to: "pics/[b].jpg")
    #expect(try walk([path("pics/[b].jpg")]).names == ["pics/[b].jpg"])
  }

  @Test("a list gives a path a line, with any line ends, and patterns in it are names")
  func lists() throws {
    let text = "\(folder.path)/pics/b.jpg\r\n\n\(folder.path)/pics/*.jpg\n\(folder.path)/pics"
    let found = try walk([list(text)])
    #expect(found.names == ["pics/b.jpg", "pics/*.jpg", "pics/a.PNG", "pics/b.jpg"])
    let name = "\(folder.path)/a\nb\r"
    #expect(try walk([list(name + "\0" + name + "2\0", isSeparatedByNull: true)]).inputs.count == 2)
    #expect(
      try walk([list(name + "\0", isSeparatedByNull: true)]).names == ["a\nb\r"])
  }

  @Test("a name that is no UTF-8 is an input that failed")
  func otherEncodings() throws {
    try folder.write([0x61, 0xE9, 0x0A], to: "list")
    let file = try ReadableFile("\(folder.path)/list")
    let found = try walk([.list(file, isSeparatedByNull: false)])
    #expect(found.names == ["a\\xE9"])
    guard case .failure(let error) = try #require(found.inputs.first).source else {
      Issue.record("it can be opened")
      return
    }
    #expect(error.code == .unreadable && error.problem.contains("Rename it"))
  }

  @Test("the output is not looked into")
  func output() throws {
    let found = try walk(
      [path("pics")], isRecursive: true, outsideOf: "\(folder.path)/pics/more/")
    #expect(found.names == ["pics/a.PNG", "pics/b.jpg"])
  }

  @Test("the same walk again gives the same")
  func repeatable() throws {
    let arguments = [path("pics"), path("pics/**"), try list("\(folder.path)/pics")]
    let inputs = BatchInputs(arguments, isRecursive: true)
    func names() throws -> [String] {
      var walk = InputWalk(inputs)
      var names: [String] = []
      while let input = try walk.next() { names.append(input.name) }
      return names
    }
    #expect(try names() == names())
    #expect(try names().count == 12)
  }
}

@Suite("Archives among a batch's inputs")
struct ArchiveLevelTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func inputs(_ bytes: [UInt8], leftOut: BatchInputs.LeftOut? = nil) throws -> [BatchInput] {
    let path = try folder.write(bytes, to: "shard.tar")
    var walk = InputWalk(BatchInputs([.path(path)], isRecursive: false))
    var inputs: [BatchInput] = []
    while let input = try walk.next() { inputs.append(input) }
    if let leftOut { #expect(walk.leftOut == leftOut) }
    return inputs
  }

  func names(_ inputs: [BatchInput]) -> [String] {
    inputs.map { String($0.name.dropFirst(folder.path.count + 1)) }
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
    tar.add("./b.mp4", [6])
    let inputs = try inputs(tar.whole, leftOut: .init(hidden: 1, notMedia: 2, links: 1))
    #expect(names(inputs) == ["shard.tar/000.jpg", "shard.tar/sub/001.PNG", "shard.tar/b.mp4"])
    #expect(
      inputs.map(\.mirrorPath) == ["shard.tar/000.jpg", "shard.tar/sub/001.PNG", "shard.tar/b.mp4"])
    #expect(try inputs.map { try $0.source.get().bytes(atMost: 9) } == [[1], [4], [6]])
    #expect(inputs[1].stamp?.size == 1 && inputs[1].stamp?.offset == 7 * 512)
    #expect(throws: MediaError.self) { try inputs[0].source.get().bytes(atMost: 0) }
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
