import Testing

@testable import Media

@Suite("JPEG header")
struct JPEGHeaderTests {
  /// Returns a header with a frame segment and a scan segment.
  func jpeg(frame: [UInt8], marker: UInt8 = 0xC0) -> [UInt8] {
    [0xFF, 0xD8, 0xFF, marker, 0, UInt8(frame.count + 2)] + frame + [0xFF, 0xDA, 0, 3, 1]
  }

  /// 8 bits, 16 by 32 pixels, one component.
  let frame: [UInt8] = [8, 0, 32, 0, 16, 1, 1, 0x11, 0]

  @Test("gives size and components")
  func size() throws {
    let header = try JPEGHeader(parsing: jpeg(frame: frame))
    #expect(header.size == PixelSize(width: 16, height: 32))
    #expect(header.componentCount == 1 && !header.hasSeveralScans)
    #expect(try JPEGHeader(parsing: jpeg(frame: frame, marker: 0xC2)).hasSeveralScans)
  }

  @Test("a header cut anywhere is truncated")
  func truncated() throws {
    let whole = jpeg(frame: frame)
    for length in 2..<whole.count {
      let error = failure(Array(whole.prefix(length)))
      #expect(error?.code == .truncated, "\(length) bytes")
      #expect(
        error?.problem == "not a complete JPEG (ends inside its header). Get a fresh copy.")
    }
  }

  @Test("what no decoder reads is named")
  func unsupported() {
    var twelveBits = frame
    twelveBits[0] = 12
    #expect(
      failure(jpeg(frame: twelveBits))?.problem
        == "a 12-bit JPEG, which is not supported. Convert it to an ordinary 8-bit JPEG.")
    #expect(failure(jpeg(frame: frame, marker: 0xC3))?.problem.hasPrefix("a lossless JPEG") == true)
    #expect(failure(jpeg(frame: frame, marker: 0xC3))?.code == .unsupported)
  }

  @Test(
    "what makes no sense is damage",
    arguments: [
      ([8, 0, 0, 0, 16, 1, 1, 0x11, 0], "its header says 16 x 0 pixels"),
      ([8, 0, 32, 0, 0, 1, 1, 0x11, 0], "its header says 0 x 32 pixels"),
      ([99, 0, 32, 0, 16, 1, 1, 0x11, 0], "its header says 99 bits"),
      ([8, 0, 32, 0, 16, 7, 1, 0x11, 0], "its header says 7 components"),
      ([8, 0, 32, 0], "its frame header has the wrong length"),
    ] as [([UInt8], String)])
  func corrupt(frame: [UInt8], reason: String) {
    let error = failure(jpeg(frame: frame))
    #expect(error?.code == .corrupt)
    #expect(error?.problem == "a damaged JPEG: \(reason). Get a fresh copy.")
  }

  @Test("segments that do not fit are damage")
  func segments() {
    let table: [UInt8] = [0xFF, 0xD8, 0xFF, 0xDB, 0, 4, 0x00, 1]
    #expect(failure(table + jpeg(frame: frame).dropFirst(2))?.code == .corrupt)
    #expect(failure([0xFF, 0xD8, 0x00, 0x11])?.code == .corrupt)
    #expect(failure([0xFF, 0xD8, 0xFF, 0x02, 0xFF])?.code == .corrupt)
    #expect(
      failure([0xFF, 0xD8, 0xFF, 0xDA, 0, 3, 1])?.problem.contains("no frame header") == true)
  }

  @Test("scans are counted up to the limit, without decoding them")
  func scans() throws {
    var bytes = try MediaFixture.bytes("progressive.jpg")
    let header = try JPEGHeader(parsing: bytes)
    let count = header.scanCount(in: bytes, upTo: 100)
    #expect(count == 10)
    let lastScan = try #require(bytes.indices.last { bytes[$0...].starts(with: [0xFF, 0xDA]) })
    let scan = Array(bytes[lastScan...].dropLast(2))
    for _ in 0..<600 { bytes.insert(contentsOf: scan, at: lastScan) }
    #expect(header.scanCount(in: bytes, upTo: 50) == 50)
    let error = failure(bytes)
    #expect(error?.code == .tooLarge)
    #expect(error?.problem == "a JPEG with over 500 scans. Save it again as an ordinary JPEG.")
  }
}
