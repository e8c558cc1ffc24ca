import Testing

@testable import Media

@Suite("Streams of frames whose sizes are known")
struct FramesEndTests {
  func yuv(_ words: String, _ frameSize: Int) -> [UInt8] {
    let frame = Array("FRAME Ip\n".utf8) + [UInt8](repeating: 9, count: frameSize)
    return Array("YUV4MPEG2 W5 H3\(words)\n".utf8) + frame + frame
  }

  @Test(
    "YUV4MPEG2: a frame has the size that the first line tells",
    arguments: [
      ("", 15 + 2 * 6), (" C420jpeg", 27), (" C420p10", 54), (" C422", 15 + 2 * 9),
      (" C422p12", 66), (" C444", 45), (" C444p16", 90), (" C444alpha", 60),
      (" C411", 15 + 2 * 6), (" Cmono", 15), (" Cmono16", 30), (" F25:1 Ip C420mpeg2", 27),
    ])
  func yuvFrames(words: String, size: Int) throws {
    let whole = yuv(words, size)
    #expect(try earlyEnd(whole) == nil)
    for missing in 1...size { #expect(try earlyEnd(whole.dropLast(missing)) == .missing(missing)) }
    for missing in size + 1..<size + 9 {
      #expect(try earlyEnd(whole.dropLast(missing)) == .insidePart, "\(missing)")
    }
    #expect(try earlyEnd(whole.dropLast(size + 9)) == nil)
  }

  @Test("YUV4MPEG2 of a form nobody knows tells nothing")
  func unknownForm() throws {
    #expect(try earlyEnd(yuv(" Cnew", 27).dropLast()) == nil)
  }

  @Test("IVF: a frame has the size in front of it")
  func ivf() throws {
    let head = Array("DKIF".utf8) + [0, 0, 32, 0] + zeros(24)
    func frame(_ size: Int) -> [UInt8] { littleEndian(size, 4) + zeros(8 + size) }
    let whole = head + frame(30) + frame(0) + frame(7)
    #expect(try earlyEnd(whole) == nil)
    for missing in 1...7 { #expect(try earlyEnd(whole.dropLast(missing)) == .missing(missing)) }
    for missing in 8..<19 { #expect(try earlyEnd(whole.dropLast(missing)) == .insidePart) }
    #expect(try earlyEnd(whole.dropLast(19)) == nil)
  }

  @Test("AV1: units have a size of one byte or more; those that say none tell nothing")
  func units() throws {
    let delimiter: [UInt8] = [0x12, 0]
    let header = [0x0A, 3] + zeros(3)
    let frame = [0x36, 0, 0xC8, 0x01] + zeros(200)
    let whole = delimiter + header + frame
    #expect(try earlyEnd(whole) == nil)
    for missing in 1...200 { #expect(try earlyEnd(whole.dropLast(missing)) == .missing(missing)) }
    #expect(try earlyEnd(whole.dropLast(201)) == .insidePart)
    #expect(try earlyEnd(whole + [0x30] + zeros(9)) == nil)
  }

  @Test("RealMedia: chunks have a size, and packets where that of all of them is not known")
  func real() throws {
    func chunk(_ name: String, _ content: [UInt8], size: Int? = nil) -> [UInt8] {
      Array(name.utf8) + bigEndian(size ?? 8 + content.count, 4) + content
    }
    let packet = bigEndian(0, 2) + bigEndian(50, 2) + zeros(46)
    let head = chunk(".RMF", zeros(10)) + chunk("PROP", zeros(42))
    for size in [nil, 0] {
      let whole = head + chunk("DATA", zeros(10) + packet + packet, size: size)
      #expect(try earlyEnd(whole) == nil)
      #expect(try earlyEnd(whole + chunk("INDX", zeros(12))) == nil)
      for missing in [1, 5, 38] { #expect(try earlyEnd(whole.dropLast(missing)) != nil) }
    }
    let whole = head + chunk("DATA", zeros(10) + packet + packet)
    #expect(try earlyEnd(whole.dropLast(50)) == .missing(50))
  }

  @Test("MXF: keys, lengths and values, up to the footer that the header promises")
  func triplets() throws {
    func triplet(_ kind: [UInt8], _ content: [UInt8]) -> [UInt8] {
      [6, 0x0E, 0x2B, 0x34] + kind + zeros(12 - kind.count) + [0x83] + bigEndian(content.count, 3)
        + content
    }
    let partition: [UInt8] = [2, 5, 1, 1, 0x0D, 1, 2, 1, 1]
    func file(_ footer: Int) -> [UInt8] {
      triplet(partition + [2, 4], zeros(24) + bigEndian(footer, 8) + zeros(20))
        + triplet([1, 2], zeros(300))
    }
    let last = triplet(partition + [4, 4], zeros(40))
    let count = file(0).count
    for (place, lead) in [(count, 0), (0, 0), (count, 70)] {
      let whole = zeros(lead) + file(place) + last
      #expect(try earlyEnd(whole) == nil)
      for missing in 1...40 { #expect(try earlyEnd(whole.dropLast(missing)) == .missing(missing)) }
      #expect(try earlyEnd(whole.dropLast(41)) == .insidePart)
      let end: EarlyEnd? = place == 0 ? nil : .beforeEndMark
      #expect(try earlyEnd(whole.dropLast(last.count)) == end)
    }
  }

  @Test("DV: frames of ten sequences, or of twelve with 50 fields a second", arguments: [10, 12])
  func sequences(count: Int) throws {
    let frame = (0..<count).flatMap { number -> [UInt8] in
      let rate: UInt8 = count == 12 ? 0xBF : 0x3F
      let head = [0x1F, UInt8(number) << 4 | 7, 0, rate] + zeros(76)
      return head + [0x3F, UInt8(number) << 4 | 7, 0] + zeros(12_000 - 83)
    }
    let whole = frame + frame
    #expect(try earlyEnd(whole) == nil)
    for missing in [1, 11_999, 12_000, 24_000] {
      #expect(try earlyEnd(whole.dropLast(missing)) == .insidePart, "\(missing)")
    }
    #expect(try earlyEnd(frame) == nil)
  }

  @Test("NUT: the index stands at the end, and says how long it is")
  func index() throws {
    let index: [UInt8] = [0x4E, 0x58, 0xDD, 0x67, 0x2F, 0x23, 0xE6, 0x4E] + zeros(12)
    let whole = Array("nut/multimedia container\0".utf8) + zeros(99) + index + bigEndian(32, 8)
    #expect(try earlyEnd(whole + zeros(4)) == nil)
    #expect(try earlyEnd(whole + zeros(3)) == .beforeEndMark)
    #expect(try earlyEnd(whole.dropLast(40)) == .beforeEndMark)
  }

  @Test("QOI: eight bytes end the picture")
  func quiteOK() throws {
    let whole = Array("qoif".utf8) + zeros(30) + [0, 0, 0, 0, 0, 0, 0, 1]
    #expect(try earlyEnd(whole) == nil)
    #expect(try earlyEnd(whole.dropLast()) == .beforeEndMark)
  }
}
