import Files
import Foundation
import TestSupport
import Testing

/// Files as they lie about: under names in Latin-1, behind links, in lists from elsewhere.
@Suite("Names and links on the command line")
struct NamesAndLinksTests {
  let model: SampleModel
  let folder: TemporaryFolder
  /// `café.png` in Latin-1.
  let name = nameText(Array("caf".utf8) + [0xE9]) + ".png"

  init() throws {
    model = try SampleModel()
    folder = try TemporaryFolder()
    let picture = try Pictures.bytes(of: Pictures.png)
    try folder.write(picture, to: "plain.png")
    try folder.makeFolder("pics")
    try AtomicFile.write(picture, to: "\(folder.path)/pics/\(name)")
  }

  /// Runs a line of bash, in which `$n` is the name and `$m` the model.
  private func run(_ line: String) throws -> Program.Outcome {
    try Program.shell(
      "export CUTLINE_THREADS=1; n=$'caf\\xe9.png'; m='\(model.path)'; \(line)", in: folder.path)
  }

  private func rows(_ output: String) throws -> [JSONValue] {
    let text = try String(contentsOfFile: "\(folder.path)/\(output)/results.jsonl", encoding: .utf8)
    return try text.split(separator: "\n").map { try JSONValue(reading: Array($0.utf8)) }
  }

  @Test("caption takes a name that is no UTF-8, and shows it: lossless in JSON and with -0")
  func caption() throws {
    let plain = try run("cutline -m $m plain.png").lines[0]
    #expect(try run("cutline -m $m \"pics/$n\"").lines == [plain])
    let both = try run("cutline -m $m \"pics/$n\" plain.png")
    #expect(both.status == 0)
    #expect(both.lines == ["pics/caf\\xE9.png\t\(plain)", "plain.png\t\(plain)"])
    let json = try run("cutline -m $m --json \"pics/$n\"")
    let row = try JSONValue(reading: Array(json.output.utf8))
    #expect(row["file"]?.string == "pics/caf\\xE9.png")
    #expect(row["file_bytes"]?.string.flatMap { bytes(ofBase64: $0) } == nameBytes("pics/\(name)"))
    let null = try run(
      "cutline -m $m -0 \"pics/$n\" plain.png | tr '\\0' '\\n' | od -An -c | head -1")
    #expect(null.output.contains("c   a   f 351   .   p   n   g"))
    let missing = try run("cutline -m $m \"none-$n\"")
    #expect(missing.status == 66)
    #expect(missing.errors == "cutline: none-caf\\xE9.png: no such file. Check the spelling.\n")
  }

  @Test("batch captions it from folders, patterns, lists and archives, once and for all")
  func batch() throws {
    let script = """
      tar cf shard.tar pics; printf '%s\\n' "pics/$n" > list; printf '%s\\0' "pics/$n" > list0
      cutline batch -m $m pics -o out -f txt && cutline batch -m $m 'pics/caf?.png' -o out2 \
      && cutline batch -m $m --from list -o out3 && cutline batch -m $m --from list0 -0 -o out4 \
      && cutline batch -m $m shard.tar -o out5 && cutline batch -m $m pics -o out -f txt && ls out/$'caf\\xe9.txt'
      """
    let result = try run(script)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("1 already done"))
    for output in ["out", "out2", "out3", "out4", "out5"] {
      let rows = try rows(output)
      #expect(rows.count == 1 && rows[0]["segments"] != nil, "\(output)")
      let prefix = output == "out5" ? "shard.tar/" : ""
      #expect(rows[0]["file"]?.string == "\(prefix)pics/caf\\xE9.png")
      #expect(
        rows[0]["file_bytes"]?.string.flatMap { bytes(ofBase64: $0) }
          == nameBytes("\(prefix)pics/\(name)"))
    }
  }

  @Test("features names it, and writes its row")
  func features() throws {
    let result = try run("cutline features -m $m \"pics/$n\" plain.png -o f.safetensors")
    #expect(result.status == 0, "\(result.errors)")
    let metadata = try SafetensorsFile("\(folder.path)/f.safetensors").metadata
    #expect(metadata["files"] == #"["pics/caf\\xE9.png","plain.png"]"#)
    let names = ["pics/\(name)", "plain.png"].map { "\"\(base64(nameBytes($0)))\"" }
    #expect(metadata["file_bytes"] == "[\(names.joined(separator: ","))]")
  }

  @Test("a folder of links says that links were left out, and is read with --follow-links")
  func links() throws {
    let script = """
      mkdir -p hub/blobs hub/snapshots/3f2a; cp plain.png hub/blobs/9d81
      ln -s ../../blobs/9d81 hub/snapshots/3f2a/beach.png
      """
    #expect(try run(script).status == 0)
    let snapshot = "hub/snapshots/3f2a"
    let without = try run("cutline batch -m $m \(snapshot) -o out")
    #expect(without.status == 66)
    #expect(
      without.errors
        == "cutline: \(snapshot): no pictures or videos found (left out: 1 link). Add --follow-links "
        + "to follow symbolic links.\n")
    let followed = try run("cutline batch -m $m --follow-links \(snapshot) -o out")
    #expect(followed.status == 0)
    #expect(try rows("out").map { $0["file"]?.string } == ["\(snapshot)/beach.png"])
    #expect(try run("cutline batch -m $m '\(snapshot)/*.png' -o out2").status == 0)
    #expect(try rows("out2").map { $0["file"]?.string } == ["\(snapshot)/beach.png"])
    #expect(
      try run("rm hub/blobs/9d81; cutline -m $m \(snapshot)/beach.png").errors.contains("git annex")
    )
  }

  @Test("--follow-links is advised where it helps, and nowhere else")
  func advice() throws {
    let script = """
      mkdir in out; cp plain.png in/a.png; echo 'a thing' > in/a.txt; ln -s . in/loop; ln -s in again
      ln -s self.png in/self.png; ln -s none.txt in/gone.txt; cp plain.png out/b.png; ln -s ../in/a.txt out/b.txt
      """
    #expect(try run(script).status == 0)
    let batch = try run("cutline batch -m $m in -r -o o1 -v --follow-links")
    #expect(batch.status == 2 && !batch.errors.contains("--follow-links"))
    #expect(
      batch.errors.contains("left out: in/loop (link into folders that are already searched)"))
    #expect(batch.errors.contains("left out: in/gone.txt (broken link)"))
    #expect(
      batch.errors.contains("in/self.png: a symbolic link that leads in a circle. Mend the link."))
    let summary = try JSONValue(
      reading: MappedFile("\(folder.path)/o1/summary.json").withBytes { Array($0) })
    #expect(summary["left_out"]?["circles"]?.integer == 1)
    #expect(summary["left_out"]?["broken_links"]?.integer == 1)
    #expect(summary["left_out"]?["examples"]?["circles"]?.elements?.first?.string == "in/loop")
    let plain = try run("cutline batch -m $m out -o o2 -v")
    #expect(plain.status == 0 && plain.errors.contains("left out: out/b.txt (link)"))
    #expect(plain.errors.contains("to follow symbolic links, add --follow-links"))

    #expect(try run("rm in/self.png in/gone.txt").status == 0)
    for flag in ["", "--follow-links"] {
      let circle = try run("cutline dataset check in --min-count 1 \(flag)").output
      #expect(
        circle.contains("warning: 1 link leads back into a folder that it lies in\n  in/loop"))
      #expect(!circle.contains("Add --follow-links"), "\(circle)")
    }
    let outside = try run("cutline dataset check out --min-count 1")
    #expect(
      outside.output.contains(
        "out/b.txt: leads out of out. Put the file itself into that folder. Or add --follow-links, if it may "
          + "be followed."), "\(outside.output)")
    #expect(try run("cutline dataset check out --min-count 1 --follow-links").status == 0)
  }

  @Test("what a shell names beside pictures is left out, and fails where nothing else is named")
  func companions() throws {
    let script = """
      mkdir photos; cp plain.png photos/a.png; for n in a.txt b.caption c.json d.xmp Thumbs.db desktop.ini; do
      echo x > photos/$n; done; cutline batch -m $m photos/* -o o1 -v; echo $?
      cutline batch -m $m photos/a.txt -o o2; echo $?; cutline batch -m $m photos/*.[tx]* -o o3; echo $?
      find photos -type f | sort | cutline batch -m $m --from - -o o4; echo $?
      """
    let result = try run(script)
    #expect(result.lines == ["0", "2", "66", "0"], "\(result.errors)")
    for output in ["o1", "o4"] {
      #expect(try rows(output).map { $0["file"]?.string } == ["photos/a.png"])
      let summary = try JSONValue(
        reading: MappedFile("\(folder.path)/\(output)/summary.json").withBytes { Array($0) })
      #expect(summary["left_out"]?["not_media"]?.integer == 6)
    }
    #expect(try rows("o2").first?["error"]?["code"]?.string == "not_media")
    #expect(result.errors.contains("left out: photos/Thumbs.db (neither picture nor video)"))
  }

  @Test("nothing is opened through links in folders that were not asked for")
  func untouchedLinks() throws {
    let script = """
      mkdir in; cp plain.png in/a.png; ln -s ../plain.png in/b.png; ln -s .. in/up; ln -s /etc/passwd in/c
      [ -x /usr/bin/strace ] || { echo; exit 0; }
      strace -f -e trace=open,openat,openat2,readlink -o trace \\
        "\(Program.path)" batch -m $m in -r -o out && grep -E 'in/(b.png|up|c)' trace
      """
    let result = try run(script)
    #expect(result.output.filter { !$0.isWhitespace }.isEmpty, "\(result.output)")
  }

  @Test("a list in UTF-16 or with NULs is told as such, and a byte-order mark is no part of a name")
  func lists() throws {
    let script = """
      printf '\\xef\\xbb\\xbfplain.png\\r\\npics\\\\%s\\r\\n' "$n" > bom; cutline batch -m $m --from bom -o out || exit
      printf '\\xff\\xfep\\0l\\0' > utf16; cutline batch -m $m --from utf16 -o out2; echo $?
      printf 'plain.png\\0' | cutline batch -m $m --from - -o out2; echo $?
      """
    let result = try run(script)
    #expect(result.lines == ["65", "65"], "\(result.errors)")
    #expect(try rows("out").compactMap { $0["segments"] }.count == 2)
    #expect(result.errors.contains("cutline: utf16: is UTF-16 text. Save it as UTF-8"))
    #expect(result.errors.contains("contains NUL bytes. Add -0"))
  }
}
