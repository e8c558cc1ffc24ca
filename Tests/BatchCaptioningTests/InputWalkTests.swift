import Files
import Foundation
import Media
import TestSupport
import Testing

@testable import BatchCaptioning
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
    _ arguments: [BatchInputs.Argument], isRecursive: Bool = false, followsLinks: Bool = false,
    outsideOf output: String? = nil
  ) throws -> (inputs: [BatchInput], names: [String], walk: InputWalk) {
    var walk = InputWalk(
      BatchInputs(
        arguments, isRecursive: isRecursive, followsLinks: followsLinks, outsideOf: output))
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
      found.walk.leftOut.counts
        == [.hidden: 1, .notMedia: 1, .links: 2, .others: 1, .folders: 1])
    #expect(
      found.walk.leftOut.examples[.links]
        == ["link.jpg", "loop"].map { "\(folder.path)/pics/\($0)" })
    #expect(found.inputs.map(\.mirrorPath) == ["a.PNG", "b.jpg"])
  }

  @Test("-r looks into folders where their names come, and follows no link")
  func recursion() throws {
    let found = try walk([path("pics")], isRecursive: true)
    #expect(found.names == ["pics/a.PNG", "pics/b.jpg", "pics/more/c.mp4", "pics/more/d.webp"])
    #expect(found.inputs.last?.mirrorPath == "more/d.webp")
    #expect(found.walk.leftOut[.folders] == 0)
  }

  @Test("what is named is taken, whatever it is called, and whether it is there")
  func files() throws {
    let found = try walk([path("pics/.hidden.jpg"), path("none.jpg"), path("./pics//link.jpg")])
    #expect(found.names == ["pics/.hidden.jpg", "none.jpg", "pics/link.jpg"])
    #expect(found.inputs.map { $0.stamp == nil } == [false, true, false])
    #expect(try walk([path("pics/notes.txt")]).names == ["pics/notes.txt"])
  }

  @Test("what a shell names along with pictures, and goes along with them, is left out and named")
  func companions() throws {
    let names = [
      "a.txt", "a.caption", "a.JSON", "a.xmp", ".DS_Store", "Thumbs.db", "desktop.ini", "a.AAE",
    ]
    for name in names { try folder.write("a dog", to: "pics/\(name)") }
    try folder.write([0, 5, 0x16, 7, 0, 2, 0, 0], to: "pics/._b.jpg")
    // Images under any name, and a file of unknown format.
    try folder.write([0xFF, 0xD8, 0xFF, 0xE0, 0, 16], to: "pics/shot.txt")
    try folder.write("x", to: "pics/._c.jpg")
    try folder.write("x", to: "pics/d.dat")
    let taken = ["b.jpg", "shot.txt", "._c.jpg", "d.dat", "none.txt"].map { "pics/\($0)" }
    let all = names.map { "pics/\($0)" } + ["pics/._b.jpg"]
    let found = try walk((taken + all).map(path))
    #expect(found.names == taken)
    #expect(found.walk.leftOut.counts == [.notMedia: 9])
    let listed = try walk([list((taken + all).map { "\(folder.path)/\($0)\n" }.joined())])
    #expect(listed.names == taken && listed.walk.leftOut.counts == [.notMedia: 9])
  }

  @Test("a pattern finds what is like it, below any number of folders")
  func patterns() throws {
    #expect(try walk([path("**/*.{jpg}")]).walk.unmatchedPatterns.count == 1)
    // As in shells, a link that is like the pattern is named by it.
    #expect(try walk([path("pics/*.jpg")]).names == ["pics/b.jpg", "pics/link.jpg"])
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

  @Test("names that are no UTF-8 are inputs like others, from folders, patterns and lists")
  func otherEncodings() throws {
    let name = nameText([0x61, 0xE9]) + ".jpg"
    try AtomicFile.write("x", to: "\(folder.path)/pics/\(name)")
    #expect(try walk([path("pics")]).names.contains("pics/\(name)"))
    let line = nameBytes("\(folder.path)/pics/\(name)")
    let found = try walk(
      [.list(ReadableFile(folder.write(line + [0x0A], to: "list")), isSeparatedByNull: false)])
    #expect(found.names == ["pics/\(name)"])
    #expect(try #require(found.inputs.first).source.get().bytes(atMost: 9) == [0x78])
    #expect(try walk([path("pics/a?.jpg")]).names == ["pics/\(name)"])
  }

  @Test("a list may begin with a byte-order mark, have slashes of Windows, and lines of any end")
  func foreignLists() throws {
    let text =
      "\u{FEFF}\(folder.path)/pics\\b.jpg\r\n\(folder.path)\\pics\\more\\d.webp\n\(folder.path)/none\\x.jpg"
    #expect(try walk([list(text)]).names == ["pics/b.jpg", "pics/more/d.webp", "none\\x.jpg"])
    #expect(
      try walk([list("\(folder.path)/pics/b.jpg\r\(folder.path)/none.jpg\r")]).names
        == ["pics/b.jpg", "none.jpg"])
    // What is really called so is taken at its word.
    try folder.write("x", to: "a\\b.jpg")
    try folder.write("x", to: "c.jpg\r")
    #expect(
      try walk([list("\(folder.path)/a\\b.jpg\n\(folder.path)/c.jpg\r\n")]).names
        == ["a\\b.jpg", "c.jpg\r"])
    for (bytes, isSeparatedByNull, isProblem) in [
      ([0xFF, 0xFE, 0x61, 0], false, true), ([0xFE, 0xFF, 0, 0x61], true, true),
      ([0x61, 0, 0x62, 0], false, true), ([0x61, 0, 0x62, 0], true, false), ([], false, false),
    ] as [([UInt8], Bool, Bool)] {
      let file = try ReadableFile(folder.write(bytes, to: "other"))
      #expect((ListProblem(file, isSeparatedByNull: isSeparatedByNull) != nil) == isProblem)
    }
  }

  @Test(
    "what names do not tell, contents do: pictures are found, and what goes along with them is not")
  func contents() throws {
    let picture: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0, 16]
    let clip = [0, 0, 0, 24] + Array("ftypisom".utf8) + [0, 0, 2, 0]
    let contents: [(name: String, bytes: [UInt8])] = [
      ("9d81f0", picture), ("tweet.jpg_large", picture), ("IMG.JPG.bak", picture),
      ("a.THM", picture), ("plain", Array("P3\n2 1\n255\n1 2 3 4 5 6\n".utf8)),
      ("grey.txt", Array("P2 2 1 255 9 9".utf8)),
      ("clip.LRV", clip), ("upper.VOB", []), ("shot.MPO", []), ("x.m2t", []), ("y.3G2", []),
      ("old.QT", []),
      ("notes.txt", Array("P1 is the first. GIF89a is old.".utf8)), ("a.xmp", Array("<x/>".utf8)),
      ("a.json", Array("{}".utf8)), ("Thumbs.db", [0xD0, 0xCF, 0x11, 0xE0]), ("memo.m4a", clip),
      ("index.ts", Array("import a\n".utf8)), ("empty", []), ("page.html", Array("BM".utf8)),
    ]
    let desk = try folder.makeFolder("desk")
    for (name, bytes) in contents { try folder.write(bytes, to: "desk/\(name)") }
    try folder.write("x", to: "desk/.DS_Store")
    let found = try walk([.path(desk)])
    #expect(
      Set(found.inputs.map { String($0.name.dropFirst(desk.count + 1)) })
        == Set(contents.prefix(12).map(\.name)))
    #expect(found.walk.leftOut.counts == [.notMedia: 8, .hidden: 1])
    #expect(found.walk.leftOut.latest.count == 9)
    #expect(found.walk.leftOut.examples[.notMedia]?.count == BatchInputs.LeftOut.exampleCount)
  }

  @Test(
    "links are followed where the user says so, circles once, and those to nothing are failures")
  func followedLinks() throws {
    try folder.makeFolder("hub")
    for name in ["blobs", "snapshot"] { try folder.makeFolder("hub/\(name)") }
    try folder.write("x", to: "hub/blobs/9d81")
    for (name, destination) in [
      ("beach.png", "../blobs/9d81"), ("gone.png", "../blobs/none"), ("self.png", "self.png"),
      ("notes.txt", "../blobs/none"), ("up", ".."), ("here", "."), ("more", "../../pics"),
      ("null.jpg", "/dev/null"),
    ] {
      try replaceLink(at: "\(folder.path)/hub/snapshot/\(name)", pointingTo: destination)
    }
    let plain = try walk([path("hub/snapshot")], isRecursive: true)
    #expect(plain.names.isEmpty && plain.walk.leftOut.counts == [.links: 8])
    let shallow = try walk([path("hub/snapshot")], followsLinks: true)
    #expect(shallow.names == ["beach.png", "gone.png", "self.png"].map { "hub/snapshot/\($0)" })
    #expect(
      shallow.walk.leftOut.counts == [.circles: 1, .brokenLinks: 1, .others: 1, .folders: 2])
    #expect(shallow.inputs.map { $0.stamp == nil } == [false, true, true])
    let deep = try walk([path("hub/snapshot")], isRecursive: true, followsLinks: true)
    // All that can be reached, through a circle only so far as to come back, and in bounded time.
    #expect(deep.names.contains("hub/snapshot/more/more/d.webp"))
    #expect(deep.names.contains("hub/snapshot/more/loop/hub/snapshot/beach.png"))
    #expect(deep.names.count < 40)
  }

  @Test("a pattern finds through links what a shell finds")
  func patternsThroughLinks() throws {
    try folder.makeFolder("real")
    try folder.write("x", to: "real/a.jpg")
    try replaceLink(at: "\(folder.path)/linked", pointingTo: "real")
    try replaceLink(at: "\(folder.path)/gone.jpg", pointingTo: "none")
    #expect(try walk([path("l*/*.jpg")]).names == ["linked/a.jpg"])
    #expect(try walk([path("l*")]).names == ["linked/a.jpg"])
    #expect(try walk([path("*.jpg")]).names == ["gone.jpg"])
    #expect(try walk([path("**/a.jpg")]).names == ["real/a.jpg"])
  }

  @Test("folders as deep as paths go, and deeper, come to an end")
  func depth() throws {
    #expect(
      bash(
        "d=$(printf 'd%.0s' {1..99}); for i in {1..60}; do mkdir $d && cd $d || exit 1; done; : > x.jpg"
      ) == 0)
    let found = try walk([path(String(repeating: "d", count: 99))], isRecursive: true)
    // Beyond the maximum path length no folder can be listed, which one row reports.
    #expect(found.inputs.count == 1)
    #expect(throws: MediaError.self) { try found.inputs[0].source.get() }
    #expect(bash("rm -rf ddd*") == 0)
  }

  /// Runs a script in the test's folder; its status.
  private func bash(_ script: String) -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", script]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    guard (try? process.run()) != nil else { return -1 }
    process.waitUntilExit()
    return process.terminationStatus
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
