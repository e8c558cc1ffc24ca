import Testing

@testable import Media

@Suite("Containers that are streamed")
struct StreamedPartsTests {
  func tag(_ kind: UInt8, _ content: [UInt8]) -> [UInt8] {
    [kind] + bigEndian(content.count, 3) + zeros(7) + content + bigEndian(11 + content.count, 4)
  }

  var flash: [UInt8] { Array("FLV\u{1}".utf8) + [5] + bigEndian(9, 4) + zeros(4) }

  @Test("Flash video: the last tag must be whole")
  func tags() throws {
    let whole = flash + tag(18, zeros(30)) + tag(9, zeros(300)) + tag(8, zeros(50))
    #expect(try earlyEnd(whole) == nil)
    #expect(try earlyEnd(whole + Array("something else".utf8)) == nil)
    // The last tag is complete except for its trailing size, which is not needed.
    for missing in 1...4 { #expect(try earlyEnd(whole.dropLast(missing)) == nil) }
    for missing in 5...54 {
      #expect(try earlyEnd(whole.dropLast(missing)) == .missing(missing - 4))
    }
    #expect(try earlyEnd(whole.dropLast(63)) == .insidePart)
  }

  @Test("Flash video: the size that is told among the facts counts")
  func fileSize() throws {
    func file(_ size: Double) -> [UInt8] {
      let facts =
        Array("filesize".utf8) + [0] + bigEndian(Int(Int64(bitPattern: size.bitPattern)), 8)
      return flash + tag(18, facts) + tag(9, zeros(40))
    }
    let count = file(0).count
    for size in [0, Double(count - 10), Double(count), .nan, .infinity, -1, 0.5] {
      #expect(try earlyEnd(file(size)) == nil, "\(size)")
    }
    #expect(try earlyEnd(file(Double(count)).dropLast(55)) == .missing(55))
    #expect(try earlyEnd(file(1e15)) == .missing(1_000_000_000_000_000 - count))
  }

  func page(_ stream: UInt8, isLast: Bool = false, _ count: Int = 100) -> [UInt8] {
    let sizes = [UInt8](repeating: 255, count: count / 255) + [UInt8(count % 255)]
    return Array("OggS".utf8) + [0, isLast ? 4 : 0] + zeros(8) + [stream] + zeros(11)
      + [UInt8(sizes.count)] + sizes + zeros(count)
  }

  @Test("Ogg: the last page must be whole, and the last of its stream; so that of any other stream")
  func pages() throws {
    let begun = page(1) + page(2) + page(1, 5000)
    let whole = begun + page(2, isLast: true) + page(1, isLast: true)
    #expect(try earlyEnd(whole) == nil)
    #expect(try earlyEnd(whole + Array("something else".utf8)) == nil)
    for missing in 1..<page(1).count {
      #expect(try earlyEnd(whole.dropLast(missing)) == .insidePart)
    }
    #expect(try earlyEnd(whole.dropLast(page(1).count)) == .beforeEndMark)
    #expect(try earlyEnd(begun) == .beforeEndMark)
    // Concatenated streams.
    #expect(try earlyEnd(whole + page(3) + page(3, isLast: true)) == nil)
    // Only the end of the file is read.
    let large = page(1) + (0..<9).flatMap { _ in page(1, 60_000) } + page(1, isLast: true)
    #expect(try earlyEnd(large) == nil)
    #expect(try earlyEnd(large.dropLast()) == .insidePart)
  }

  @Test("Transport streams: packets must be whole", arguments: [(188, 0), (192, 4)])
  func packets(size: Int, lead: Int) throws {
    let packet = zeros(lead) + [0x47] + [UInt8](repeating: 9, count: size - lead - 1)
    let whole = (0..<5).flatMap { _ in packet }
    #expect(try earlyEnd(whole) == nil)
    for missing in 1..<size {
      #expect(try earlyEnd(whole.dropLast(missing)) == .insidePart, "\(missing)")
    }
    #expect(try earlyEnd(whole.dropLast(size)) == nil)
    #expect(try earlyEnd(whole + Array("something else".utf8)) == nil)
  }

  @Test("Program streams: packs and packets must be whole")
  func packs() throws {
    let pack: [UInt8] = [0, 0, 1, 0xBA, 0x44] + zeros(8) + [0xFA, 0xFF, 0xFF]
    let old: [UInt8] = [0, 0, 1, 0xBA, 0x21] + zeros(7)
    let packet: [UInt8] = [0, 0, 1, 0xE0] + bigEndian(50, 2) + [UInt8](repeating: 9, count: 50)
    for header in [pack, old] {
      let whole = header + packet + packet + header + packet
      for end in [[], [0, 0, 1, 0xB9], Array("something else".utf8)] {
        #expect(try earlyEnd(whole + end) == nil)
      }
      for missing in 1...50 { #expect(try earlyEnd(whole.dropLast(missing)) == .missing(missing)) }
      for missing in 51..<56 { #expect(try earlyEnd(whole.dropLast(missing)) == .insidePart) }
      #expect(try earlyEnd(whole.dropLast(56)) == nil)
      #expect(try earlyEnd(whole.dropLast(57)) != nil)
    }
    // Without packs, truncation cannot be detected.
    #expect(try earlyEnd([0, 0, 1, 0xB3] + zeros(100)) == nil)
  }
}
