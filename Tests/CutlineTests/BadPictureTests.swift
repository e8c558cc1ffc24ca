import Files
import Foundation
import TestSupport
import Testing

@Suite("Pictures that cannot be read")
struct BadPictureTests {
  let model: SampleModel
  let folder: TemporaryFolder

  init() throws {
    model = try SampleModel()
    folder = try TemporaryFolder()
  }

  func cutline(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(arguments + ["-m", model.path], in: folder.path)
  }

  /// A broken file, and what is said of it.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: @Sendable () throws -> [UInt8]
    let code: String
    let message: String
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "empty.jpg", bytes: { [] }, code: "empty", message: "Get a fresh copy."),
    Case(
      name: "text.jpg", bytes: { Array("this is no picture".utf8) }, code: "not_media",
      message: "Give a JPEG, PNG or WebP file."),
    Case(
      name: "moving.png",
      bytes: { Array("GIF89a".utf8) + [UInt8](repeating: 0, count: 40) + [0x3B] },
      code: "corrupt", message: "its header cannot be read"),
    Case(
      name: "still.gif", bytes: { Array("GIF89a".utf8) + [UInt8](repeating: 0, count: 40) },
      code: "truncated", message: "not a complete GIF (ends without its end mark)."),
    Case(
      name: "old.pcx.jpg", bytes: { Array("8BPS".utf8) + [UInt8](repeating: 0, count: 40) },
      code: "unsupported", message: "Convert it to JPEG, PNG or WebP."),
    Case(
      name: "header.jpg", bytes: { Array(try Pictures.bytes(of: Pictures.jpeg).prefix(64)) },
      code: "truncated", message: "Get a fresh copy."),
    Case(
      name: "bomb.jpg", bytes: { try Pictures.claiming(width: 60_000, height: 60_000) },
      code: "too_large", message: "--max-pixels"),
    Case(
      name: "zero.jpg", bytes: { try Pictures.claiming(width: 0, height: 480) }, code: "corrupt",
      message: "Get a fresh copy."),
  ]

  @Test(
    "Each kind of damage is a coded error that says what, where and what to do", arguments: cases)
  func damage(_ damaged: Case) throws {
    try folder.write(try damaged.bytes(), to: damaged.name)
    let result = try cutline(damaged.name)
    #expect(result.status == 65)
    #expect(result.output == "")
    #expect(result.errors.hasPrefix("cutline: \(damaged.name): "))
    #expect(result.errors.contains(damaged.message))
    #expect(result.errors.filter { $0 == "\n" }.count == 1)
    let row = try JSONValue(reading: Array(try cutline(damaged.name, "--json").output.utf8))
    #expect(row["error"]?["code"]?.string == damaged.code)
  }

  @Test("A missing file is exit code 66")
  func missing() throws {
    let result = try cutline("nowhere.jpg")
    #expect(result.status == 66)
    #expect(result.errors == "cutline: nowhere.jpg: no such file. Check the spelling.\n")
  }

  @Test("A folder is told to be one")
  func isFolder() throws {
    try folder.makeFolder("photos")
    let result = try cutline("photos")
    #expect(result.status == 66)
    #expect(result.errors.contains("a folder, not a file. Name the files in it."))
  }

  @Test(
    "A file without permission is told to be one", .enabled(if: geteuid() != 0, "root may read all")
  )
  func noPermission() throws {
    let path = try folder.write("x", to: "secret.jpg")
    chmod(path, 0)
    let result = try cutline("secret.jpg")
    #expect(result.status == 66)
    #expect(result.errors.contains("no permission to read it. Try chmod u+r."))
  }

  @Test("A truncated picture is captioned with a warning, and refused with --strict")
  func truncated() throws {
    try folder.write(try Pictures.truncated(), to: "cut.jpg")
    let lenient = try cutline("cut.jpg")
    #expect(lenient.status == 0)
    #expect(lenient.lines.count == 1)
    #expect(lenient.errors.hasPrefix("cutline: cut.jpg: not a complete JPEG (ends after "))
    let strict = try cutline("cut.jpg", "--strict")
    #expect(strict.status == 65)
    #expect(strict.output == "")
    #expect(strict.errors.contains("run without --strict to caption what is there"))
    let row = try JSONValue(reading: Array(try cutline("cut.jpg", "--json").output.utf8))
    #expect(row["warnings"]?.elements?.first?["code"]?.string == "truncated")
  }

  @Test("--max-pixels refuses a picture by its header")
  func pixelLimit() throws {
    let result = try cutline(Pictures.jpeg, "--max-pixels", "1000")
    #expect(result.status == 65)
    #expect(result.errors.contains("pixels are over the limit of 1,000"))
    #expect(try cutline(Pictures.jpeg, "--max-pixels", "400000").status == 0)
  }

  @Test("Of several files the bad ones are reported and the others captioned")
  func someBad() throws {
    try folder.write("", to: "empty.jpg")
    let result = try cutline(Pictures.jpeg, "missing.jpg", "empty.jpg", Pictures.png)
    #expect(result.status == 2)
    #expect(
      result.lines.map { $0.prefix { $0 != "\t" } } == [Pictures.jpeg[...], Pictures.png[...]])
    #expect(result.errors.contains("cutline: missing.jpg: no such file"))
    #expect(result.errors.contains("cutline: empty.jpg: the file is empty"))
  }

  @Test("A name that would drive the terminal is shown, not obeyed")
  func hostileName() throws {
    let result = try cutline("\u{1B}[31mred.jpg", "a.jpg")
    #expect(!result.errors.contains("\u{1B}"))
    #expect(result.errors.contains("\\u{1b}[31mred.jpg"))
  }
}
