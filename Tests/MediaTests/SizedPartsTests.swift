import Testing

@testable import Media

@Suite("Containers whose parts say their size")
struct SizedPartsTests {
  func box(_ name: String, _ count: Int) -> [UInt8] {
    bigEndian(8 + count, 4) + Array(name.utf8) + zeros(count)
  }

  var fileType: [UInt8] { bigEndian(16, 4) + Array("ftypisom".utf8) + zeros(4) }

  @Test("MP4: a box that reaches beyond the end tells how much is missing")
  func boxes() throws {
    let whole = fileType + box("moov", 30) + box("mdat", 100)
    #expect(try earlyEnd(whole) == nil)
    for missing in 1...100 {
      #expect(try earlyEnd(whole.dropLast(missing)) == .missing(missing))
    }
    // Other bytes, or padding, behind the end.
    #expect(try earlyEnd(whole + Array("made by hand, with care".utf8)) == nil)
    #expect(try earlyEnd(whole + zeros(5)) == nil)
    #expect(try earlyEnd(whole + box("mine", 9)) == nil)
  }

  @Test(
    "MP4: a box may have a size of 64 bits, or go on to the end; no size is too large to be told")
  func largeBoxes() throws {
    func large(_ size: [UInt8]) -> [UInt8] {
      fileType + bigEndian(1, 4) + Array("mdat".utf8) + size + zeros(50)
    }
    #expect(try earlyEnd(large(bigEndian(66, 8))) == nil)
    #expect(try earlyEnd(large(bigEndian(1 << 33, 8))) == .missing(1 << 33 - 66))
    #expect(try earlyEnd(large([UInt8](repeating: 255, count: 8))) == .missing(.max - 66))
    #expect(try earlyEnd(large([]).dropLast(45)) == .insidePart)
    #expect(try earlyEnd(fileType + bigEndian(0, 4) + Array("mdat".utf8) + zeros(9)) == nil)
  }

  @Test("MP4: of fragments, a few bytes of another one are a cut")
  func fragments() throws {
    let whole = fileType + box("moov", 9) + box("moof", 20) + box("mdat", 20) + box("moof", 20)
    #expect(try earlyEnd(whole) == nil)
    #expect(try earlyEnd(whole.dropLast(20)) == .missing(20))
    #expect(try earlyEnd(whole.dropLast(21)) == .insidePart)
    #expect(try earlyEnd(whole.dropLast(28)) == nil)
  }

  @Test("A file of nothing but headers is left at some point")
  func manyBoxes() throws {
    let boxes = (0..<200_000).flatMap { _ in box("free", 0) }
    #expect(try earlyEnd(fileType + boxes + box("mdat", 9).dropLast()) == nil)
  }

  func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    Array(name.utf8) + littleEndian(content.count, 4) + content + zeros(content.count % 2)
  }

  func movie(_ name: String = "AVI ") -> [UInt8] {
    chunk("RIFF", Array(name.utf8) + chunk("LIST", zeros(33)) + chunk("idx1", zeros(16)))
  }

  @Test("AVI: the size of each list counts, a placeholder for it does not")
  func lists() throws {
    let one = movie()
    let two = one + movie("AVIX")
    for whole in [one, two, two + Array("and more".utf8)] { #expect(try earlyEnd(whole) == nil) }
    for missing in 1..<16 {
      #expect(try earlyEnd(one.dropLast(missing)) == .missing(missing))
      #expect(try earlyEnd(two.dropLast(missing)) == .missing(missing))
    }
    for placeholder in [0, 0xFFFF_FFFF] {
      #expect(try earlyEnd(one.prefix(4) + littleEndian(placeholder, 4) + one.dropFirst(8)) == nil)
    }
  }

  @Test("AVI: a list that says too much and has its index to the last byte is whole")
  func countedHeader() throws {
    let whole = movie()
    let wrong = whole.prefix(4) + littleEndian(whole.count, 4) + whole.dropFirst(8)
    #expect(try earlyEnd(Array(wrong)) == nil)
    #expect(try earlyEnd(wrong.dropLast()) == .missing(9))
    #expect(try earlyEnd(wrong.dropLast(24)) == .missing(32))
  }

  @Test("Windows Media: an object that reaches beyond the end tells how much is missing")
  func objects() throws {
    func object(_ start: [UInt8], _ count: Int) -> [UInt8] {
      start + littleEndian(24 + count, 8) + zeros(count)
    }
    let header: [UInt8] = [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11] + zeros(8)
    let data: [UInt8] = [0x36, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11] + zeros(8)
    let whole = object(header, 40) + object(data, 60)
    #expect(try earlyEnd(whole) == nil)
    #expect(try earlyEnd(whole + zeros(30)) == nil)
    #expect(try earlyEnd(whole.dropLast(7)) == .missing(7))
    #expect(try earlyEnd(whole.dropLast(62)) == .insidePart)
    // A broadcast states no size.
    #expect(try earlyEnd(object(header, 40) + data + zeros(8) + zeros(100)) == nil)
  }

  func element(_ identifier: Int, _ content: [UInt8], isOpen: Bool = false) -> [UInt8] {
    let width = (identifier.bitWidth - identifier.leadingZeroBitCount + 7) / 8
    let size =
      isOpen ? [1] + [UInt8](repeating: 255, count: 7) : bigEndian(0x4000 | content.count, 2)
    return bigEndian(identifier, width) + size + content
  }

  var head: [UInt8] { element(0x1A45_DFA3, zeros(20)) }
  var clusters: [UInt8] {
    let block = element(0xE7, zeros(2)) + element(0xA3, zeros(40))
    return element(0x1654_AE6B, zeros(30)) + element(0x1F43_B675, block)
      + element(0x1F43_B675, block, isOpen: true) + element(0x1F43_B675, block, isOpen: true)
  }

  @Test("Matroska: the size of the segment counts")
  func segment() throws {
    let whole = head + element(0x1853_8067, clusters)
    #expect(try earlyEnd(whole) == nil)
    #expect(try earlyEnd(whole + [1, 2, 3]) == nil)
    for missing in 1...100 {
      #expect(try earlyEnd(whole.dropLast(missing)) == .missing(missing))
    }
  }

  @Test("Matroska: where that is unknown, as of a live stream, those of its clusters and blocks do")
  func liveSegment() throws {
    let whole = head + element(0x1853_8067, clusters, isOpen: true)
    #expect(try earlyEnd(whole) == nil)
    // A cut between two elements cannot be detected.
    let between = [43, 48, 60, 103, 108, 120, 174]
    for missing in 1...200 {
      let end = try earlyEnd(whole.dropLast(missing))
      #expect((end == nil) == between.contains(missing), "\(missing) bytes are missing")
    }
    #expect(try earlyEnd(whole.dropLast(7)) == .missing(7))
    #expect(try earlyEnd(whole + zeros(7)) == nil)
    #expect(try earlyEnd(whole + Array("something else".utf8)) == nil)
  }
}
