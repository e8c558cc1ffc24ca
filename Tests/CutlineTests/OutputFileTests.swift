import Files
import Foundation
import TestSupport
import Testing

@Suite("Where captions go")
struct OutputFileTests {
  let model: SampleModel
  let folder: TemporaryFolder

  init() throws {
    model = try SampleModel()
    folder = try TemporaryFolder()
  }

  func cutline(_ arguments: String..., to output: Program.Output = .file) throws -> Program.Outcome
  {
    try Program.run(arguments + ["-m", model.path], in: folder.path, output: output)
  }

  func content(_ name: String) throws -> String {
    try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)
  }

  @Test("-o writes a file, and its extension picks the format")
  func extensions() throws {
    #expect(try cutline(Pictures.jpeg, "-o", "a.txt").output == "")
    #expect(try content("a.txt") == cutline(Pictures.jpeg).output)
    #expect(try cutline(Pictures.jpeg, "-o", "a.tsv").status == 0)
    #expect(try content("a.tsv").hasPrefix("\(Pictures.jpeg)\t"))
    #expect(try cutline(Pictures.jpeg, "-o", "a.json").status == 0)
    #expect(try content("a.json").hasPrefix("{\n"))
    #expect(try cutline(Pictures.jpeg, "-o", "a.jsonl").status == 0)
    #expect(try content("a.jsonl").hasPrefix("{\"schema\""))
    #expect(try cutline(Pictures.jpeg, "-f", "text", "-o", "a.caption").status == 0)
  }

  @Test("An extension that says nothing is a usage error")
  func unknownExtension() throws {
    let result = try cutline(Pictures.jpeg, "-o", "a.doc")
    #expect(result.status == 64)
    #expect(result.errors.hasPrefix("cutline: 'a.doc' has no extension of a known format"))
    #expect(result.errors.contains("Add --format."))
  }

  @Test("A file that is there is replaced only with --force")
  func overwriting() throws {
    try folder.write("mine", to: "a.txt")
    let refused = try cutline(Pictures.jpeg, "-o", "a.txt")
    #expect(refused.status == 73)
    #expect(
      refused.errors
        == "cutline: a.txt: exists already. Choose another name, or add --force to replace it.\n")
    #expect(try content("a.txt") == "mine")
    #expect(try cutline(Pictures.jpeg, "-o", "a.txt", "--force").status == 0)
    #expect(try content("a.txt") != "mine")
    #expect(try namesInFolder(folder.path) == ["a.txt"])
  }

  @Test("A folder that does not exist is said before anything is captioned")
  func missingFolder() throws {
    let result = try cutline(Pictures.jpeg, "-o", "nowhere/a.txt")
    #expect(result.status == 73)
    #expect(result.errors.contains("the folder it should go into does not exist"))
    #expect(result.errors.contains("mkdir -p"))
  }

  @Test("Nothing is written where nothing could be captioned")
  func nothing() throws {
    #expect(try cutline("missing.jpg", "-o", "a.txt").status == 66)
    #expect(try namesInFolder(folder.path) == [])
  }

  @Test("A reader that goes away ends the program quietly")
  func brokenPipe() throws {
    let result = try cutline(Pictures.jpeg, to: .brokenPipe)
    #expect(result.status == 141)
    #expect(result.errors == "")
  }

  @Test("`| head -1` shows the first line")
  func head() throws {
    let result = try Program.shell(
      "cutline -m '\(model.path)' '\(Pictures.jpeg)' '\(Pictures.png)' | head -1",
      in: folder.path)
    #expect(result.output.hasPrefix("\(Pictures.jpeg)\t"))
    #expect(result.lines.count == 1)
    #expect(result.errors == "")
  }

  @Test("A full disk is told, with exit code 74", .enabled(if: access("/dev/full", W_OK) == 0))
  func fullDisk() throws {
    let result = try cutline(Pictures.jpeg, to: .path("/dev/full"))
    #expect(result.status == 74)
    #expect(result.errors.hasPrefix("cutline: standard output: cannot be written (No space left"))
    #expect(result.errors.contains("Free some space"))
  }

  @Test("A closed standard output is an error, not a silent success")
  func closedOutput() throws {
    let result = try Program.shell(
      "cutline -m '\(model.path)' '\(Pictures.jpeg)' >&-", in: folder.path)
    #expect(result.status == 74)
    #expect(result.errors.hasPrefix("cutline: standard output:"))
  }

  @Test("A limit on file sizes is an error like a full disk, and leaves nothing behind")
  func fileSizeLimit() throws {
    let result = try Program.shell(
      "ulimit -f 0; cutline -m '\(model.path)' '\(Pictures.jpeg)' -o a.txt", in: folder.path)
    // Standard error is a file too, so nothing can be said.
    #expect(result.status == 74)
    #expect(try namesInFolder(folder.path) == [])
  }

  @Test("A signal ends the program as it should, and leaves no half-written file")
  func signals() throws {
    let script = """
      mkfifo pipe
      '\(Program.path)' -m '\(model.path)' - -o a.txt <pipe &
      exec 3>pipe
      until compgen -G '.a.txt.tmp-*' >/dev/null; do :; done
      kill -TERM $!
      wait $!
      """
    let result = try Program.shell(script, in: folder.path)
    #expect(result.status == 143)
    #expect(try namesInFolder(folder.path) == ["pipe"])
  }

  @Test(
    "a picture is never overwritten by what is said about it", arguments: ["caption", "features"])
  func ownInput(command: String) throws {
    let model = try SampleModel()
    let folder = try TemporaryFolder()
    let bytes = try Pictures.bytes(of: Pictures.jpeg)
    let path = try folder.write(bytes, to: "photo.txt")
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.path)/other.txt", withDestinationPath: path)
    for output in ["photo.txt", "./other.txt"] {
      let result = try Program.run(
        [command, "photo.txt", "-m", model.path, "-o", output, "--force"], in: folder.path)
      #expect(result.status == 73)
      #expect(result.errors.contains("is the input picture photo.txt, which would be overwritten"))
    }
    #expect(try Pictures.bytes(of: path) == bytes)
  }
}
