import Files
import Foundation
import TestSupport
import Testing

/// File names from annotations that would like to be somewhere else.
@Suite("Path tricks")
struct PathTricksTests {
  let outside: TemporaryFolder
  var root: String { "\(outside.path)/root" }

  /// A collection beside a secret picture, which links in the folder of pictures lead to.
  init() throws {
    outside = try TemporaryFolder()
    let picture = try Pictures.bytes(of: Pictures.jpeg)
    try outside.write(picture, to: "secret.jpg")
    try makeFile(picture, at: "\(outside.path)/elsewhere/secret.jpg")
    try makeFile(picture, at: "\(root)/images/good.jpg")
    for (name, destination) in [
      ("link.jpg", "../../secret.jpg"), ("absolute.jpg", "\(outside.path)/secret.jpg"),
      ("chain.jpg", "link.jpg"), ("folder", "../../elsewhere"), ("up", ".."),
      ("proc.jpg", "/proc/self/root\(outside.path)/secret.jpg"), ("loop.jpg", "loop.jpg"),
      ("etc", "/etc"), ("null.jpg", "/dev/null"), ("dangling.jpg", "none.jpg"),
    ] {
      #expect(symlink(destination, "\(root)/images/\(name)") == 0)
    }
    #expect(mkfifo("\(root)/images/pipe.jpg", 0o666) == 0)
  }

  /// Forty names, none of which may be opened outside the root, nor be taken for a picture.
  private var names: [String] {
    let secret = outside.path
    return [
      "../secret.jpg", "../../secret.jpg", "../../../../../../../../etc/passwd",
      "a/../../secret.jpg",
      "./../secret.jpg", "images/../../secret.jpg", "..", ".", "../", "a/..",
      "\(secret)/secret.jpg",
      "/etc/passwd", "//etc/passwd", "/", "link.jpg", "absolute.jpg", "chain.jpg",
      "folder/secret.jpg", "up/../secret.jpg", "up/secret.jpg", "proc.jpg", "loop.jpg",
      "etc/passwd",
      "null.jpg", "dangling.jpg", "pipe.jpg", "good.jpg\u{0}/../../../secret.jpg", "new\nline.jpg",
      "-rf", "--help", "~/secret.jpg", "$HOME/secret.jpg", "`id`.jpg",
      "concat:good.jpg|\(secret)/secret.jpg", "file://\(secret)/secret.jpg",
      "http://localhost/a.jpg", "%2e%2e/%2e%2e/secret.jpg", "..\\..\\secret.jpg",
      "\u{202E}gpj.terces",
      String(repeating: "a/", count: 2500) + "secret.jpg",
    ]
  }

  private func writeCOCO(_ names: [String]) throws {
    let images = names.enumerated().map { #"{"id":\#($0),"file_name":\#(jsonString($1))}"# }
    let captions = names.indices.map { #"{"image_id":\#($0),"caption":"a dog"}"# }
    try outside.write(
      #"{"images":[\#(images.joined(separator: ","))],"#
        + #""annotations":[\#(captions.joined(separator: ","))]}"#, to: "root/captions_train.json")
  }

  private func writeTable(_ names: [String]) throws {
    let lines = names.map {
      let path = $0.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
      return "\(path)\ta dog\n"
    }
    try outside.write(lines.joined(), to: "root/images/captions.tsv")
  }

  private func reportedCount(_ dataset: String) throws -> Int {
    let result = try Program.run(["dataset", "check", dataset, "--json"], in: root)
    #expect(result.status == 65)
    let findings = try JSONValue(reading: Array(result.output.utf8))["findings"]?.elements ?? []
    return findings.filter { $0["severity"] == "error" }.reduce(0) {
      $0 + ($1["count"]?.integer ?? 0)
    }
  }

  @Test("are all reported: forty of forty, in JSON and in lines")
  func reported() throws {
    #expect(names.count == 40 && Set(names).count == 40)
    try writeCOCO(names + ["good.jpg"])
    #expect(try reportedCount(".") == 40)
    try writeTable(names + ["good.jpg"])
    #expect(try reportedCount("images/captions.tsv") == 40)
    // Not even text: such a line, or such a document, is refused as a whole.
    try outside.write(
      Array("good.jpg\ta\n".utf8) + [0xFF] + Array(".jpg\tb\n".utf8), to: "root/images/captions.tsv"
    )
    #expect(try reportedCount("images/captions.tsv") == 1)
  }

  @Test("of texts beside pictures lead nowhere")
  func sidecars() throws {
    try makeFile(try Pictures.bytes(of: Pictures.jpeg), at: "\(root)/side/a.jpg")
    try makeFile(try Pictures.bytes(of: Pictures.jpeg), at: "\(root)/side/b.jpg")
    try makeFile(Array("a dog".utf8), at: "\(root)/side/a.txt")
    try outside.write("a secret", to: "secret.txt")
    #expect(symlink("../../secret.txt", "\(root)/side/b.txt") == 0)
    #expect(symlink("../..", "\(root)/side/up") == 0)
    let result = try Program.run(["dataset", "check", "side", "--json"], in: root)
    #expect(result.status == 65)
    #expect(result.output.contains("side/b.txt: leads out of side."))
    #expect(!result.output.contains("a secret") && !result.output.contains("side/up/"))
  }

  static let hasTracer = FileManager.default.isExecutableFile(atPath: "/usr/bin/strace")

  @Test(
    "open nothing outside the root, whatever the command", .enabled(if: hasTracer, "needs strace"))
  func traced() throws {
    let real = URL(fileURLWithPath: root).resolvingSymlinksInPath().path
    for command in [
      ["dataset", "check", "."],
      ["dataset", "convert", ".", "-o", "out", "--to", "coco", "--pictures", "copy", "--skip-bad"],
      [
        "train", ".", "-o", "run", "--skip-bad", "--epochs", "1", "--min-count", "1", "--embed",
        "8", "--hidden", "8",
      ],
    ] {
      try writeCOCO(["good.jpg"])
      let clean = try opened(by: command)
      #expect(clean.contains("\(real)/images/good.jpg"), "\(clean)")
      try writeCOCO(names + ["good.jpg"])
      let tricked = try opened(by: command)
      let new = tricked.subtracting(clean).filter { !$0.hasPrefix("\(real)/") }
      #expect(new.isEmpty, "\(command): \(new)")
    }
  }

  /// Returns the paths, with links resolved, that a command opened when run in the root.
  private func opened(by command: [String]) throws -> Set<String> {
    removeTree("\(root)/out")
    removeTree("\(root)/run")
    let log = "\(outside.path)/trace"
    let tracer = [
      "/usr/bin/strace", "-f", "-y", "-e", "trace=open,openat,openat2,creat", "-o", log,
    ]
    let result = try Program.spawn(
      tracer + [Program.path] + command, in: root, environment: [:], input: [], output: .file)
    #expect([0, 65].contains(result.status), "\(result.errors)")
    // Lines end with the new descriptor and, in angle brackets, what it leads to.
    let text = String(decoding: try MappedFile(log).withBytes { Array($0) }, as: UTF8.self)
    return Set(
      text.split(separator: "\n").compactMap { line in
        guard let result = line.range(of: ") = ", options: .backwards) else { return nil }
        let parts = line[result.upperBound...].split(separator: "<", maxSplits: 1)
        guard parts.count == 2, Int(parts[0]) != nil else { return nil }
        return parts[1].split(separator: ">").first.map {
          // The program's own entry, which has another number in every run.
          String($0).replacing(/^\/proc\/[0-9]+\//, with: "/proc/self/")
        }
      })
  }
}
