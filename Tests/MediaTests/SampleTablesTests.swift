import Testing

@testable import Media

@Suite("Sample tables of MP4 files")
struct SampleTablesTests {
  func box(_ kind: String, _ content: [UInt8]) -> [UInt8] {
    number(content.count + 8) + Array(kind.utf8) + content
  }

  func number(_ value: Int) -> [UInt8] {
    (0..<4).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  func sizes(_ count: Int) -> [UInt8] { box("stsz", number(0) + number(1) + number(count)) }

  /// Returns a file with `tables` where FFmpeg looks for them.
  func file(_ tables: [UInt8], edits: Int = 1) -> [UInt8] {
    let media = box("mdia", box("minf", box("stbl", tables)))
    let track = box("trak", box("edts", box("elst", number(0) + number(edits))) + media)
    return box("ftyp", Array("isom".utf8) + number(0)) + box("moov", track)
  }

  func problem(_ bytes: [UInt8]) throws -> String? {
    let bytes = try MediaBytes(.bytes(bytes, name: "it"))
    do throws(MediaError) {
      try bytes.checkSampleTables(name: "it")
      return nil
    } catch {
      #expect(error.code == .corrupt)
      return error.problem
    }
  }

  @Test("that could be true are let pass", arguments: [0, 1, 1 << 20])
  func possible(count: Int) throws {
    #expect(try problem(file(sizes(count))) == nil)
    #expect(try problem(file(box("stz2", number(0) + number(8) + number(count)))) == nil)
  }

  @Test("that announce more than the file can hold are refused")
  func impossible() throws {
    let message =
      "a damaged file: it announces more frames than its 100 bytes can hold. Get a fresh copy."
    let tables = sizes((1 << 20) + 1)
    let bytes = file(tables)
    #expect(
      try problem(bytes) == message.replacing("100", with: "\(bytes.count)"))
    #expect(try problem(file(sizes(600_000) + sizes(600_000))) != nil)
    #expect(try problem(file(sizes(1000), edits: 2000)) != nil)
    #expect(
      try problem(file([]) + box("moof", box("traf", box("trun", number(0) + number(1 << 30)))))
        != nil)
    #expect(try problem(file(box("udta", tables))) != nil)
  }

  @Test("of an encrypted stream of pictures say that a key is needed, and those of sound do not")
  func encrypted() throws {
    func entry(_ kind: String) -> [UInt8] {
      box("stsd", number(0) + number(1) + box(kind, number(0) + number(1)))
    }
    let bytes = try MediaBytes(.bytes(file(entry("encv") + sizes(1)), name: "it"))
    let error = #expect(throws: MediaError.self) { try bytes.checkSampleTables(name: "it") }
    #expect(error?.code == .unsupported && error?.problem.contains("encrypted") == true)
    for kind in ["avc1", "enca"] { #expect(try problem(file(entry(kind) + sizes(1))) == nil) }
  }

  @Test("are found behind boxes of 64-bit size, and in one that goes to the end")
  func sizesOfBoxes() throws {
    let tables = file(sizes(1 << 30))
    let head = Array(tables[..<16])
    let movie = tables[16...]
    let large = number(1) + Array("free".utf8) + number(0) + number(20) + number(7)
    #expect(try problem(head + large + movie) != nil)
    #expect(try problem(head + number(0) + movie.dropFirst(4)) != nil)
    #expect(try problem(head + number(1 << 30) + movie.dropFirst(4)) != nil)
  }

  @Test("end where a box is shorter than its head, or its head is cut off")
  func damage() throws {
    let head = file([])
    for size in 2..<8 { #expect(try problem(head + number(size) + Array("moov".utf8)) == nil) }
    #expect(try problem(head + number(1) + Array("moov".utf8) + number(1)) == nil)
    for count in 0..<head.count where count > 0 {
      #expect(try problem(Array(head[..<count])) == nil)
    }
  }
}
