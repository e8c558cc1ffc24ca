import Testing

@testable import Media

@Suite("Media format")
struct MediaFormatTests {
  @Test(
    "is told by the first bytes",
    arguments: [
      ("GIF89a...", MediaFormat.gif), ("8BPS....", .photoshop), ("II*\0....", .tiff),
      ("MM\0*....", .tiff), ("DDS ....", .dds), ("BLP2....", .blp), ("OggS....", .ogg),
      ("....ftypisom", .mp4), ("....ftypqt  ", .quickTime), ("....ftypavif", .avif),
      ("....ftypheic", .heic), ("RIFF....AVI ", .avi), ("RIFF....WEBP", .webp),
      ("....moov....", .quickTime), ("P6 31 23 255 ", .portableAnymap), ("qoif....", .qoi),
      ("P3\n# drawn\n2 1\n255\n0 0 0 9 9 9", .portableAnymap), ("P1 2 2 0110", .portableAnymap),
      ("P2\n2 2 15\n1 2", .portableAnymap), ("P7\nWIDTH 2\n", .portableAnymap),
      ("SDPX........", .filmScan), ("CWS\u{7}........", .flashAnimation),
      ("\0\0\0o\0\0\0\u{7}\0\0\0\u{2}........", .windowDump),
      ("FORM....ILBM....", .interchangeBitmap),
      ("#define im_width 97\n#define im_height 61\n", .xpm), ("BIKi....", .bink),
    ])
  func magic(head: String, format: MediaFormat) {
    #expect(MediaFormat(recognizing: Array(head.utf8)) == format)
  }

  /// Returns an ISO base media file with these brands, followed by a box.
  func boxes(_ own: String, _ others: [String], next: String) -> [UInt8] {
    bigEndian(16 + 4 * others.count, 4) + Array(("ftyp" + own).utf8) + zeros(4)
      + Array(others.joined().utf8) + bigEndian(99, 4) + Array(next.utf8)
  }

  @Test(
    "of boxes is told by all brands, and where they differ by what comes first",
    arguments: [
      ("avif", ["mif1", "miaf"], "meta", MediaFormat.avif), ("mif1", ["avif"], "meta", .avif),
      ("mif1", ["miaf", "heic"], "meta", .heic), ("mif1", [], "meta", .heic),
      ("msf1", ["hevc"], "meta", .heic), ("avis", ["avif", "iso8"], "meta", .avif),
      ("heix", [], "meta", .heic), ("XXXX", ["heic"], "meta", .heic),
      ("XXXX", ["mif1"], "meta", .heic), ("XXXX", ["isom"], "meta", .mp4),
      ("isom", ["avif"], "meta", .avif), ("isom", ["avif"], "moov", .mp4),
      ("mp42", ["heic", "mif1"], "mdat", .mp4), ("qt  ", ["heic"], "wide", .quickTime),
      ("crx ", ["isom"], "moov", .rawPhoto), ("jpeg", ["mif1"], "meta", .heic),
    ])
  func brands(own: String, others: [String], next: String, format: MediaFormat) {
    #expect(MediaFormat(recognizing: boxes(own, others, next: next)) == format)
  }

  @Test("of icons, TGA and PCX is told by what fits together in their headers")
  func weak() {
    let icon: [UInt8] = [0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0, 9, 0, 0, 0, 22, 0, 0, 0]
    #expect(MediaFormat(recognizing: icon) == .icon)
    let cursor = icon.prefix(2) + [2] + icon.dropFirst(3)
    #expect(MediaFormat(recognizing: Array(cursor)) == .icon)
    let targa: [UInt8] = [0, 0, 2] + zeros(9) + [64, 0, 48, 0, 24, 0x20, 0]
    #expect(MediaFormat(recognizing: targa) == .targa)
    #expect(MediaFormat(recognizing: targa.map { $0 == 24 ? 23 : $0 }) == nil)
    let pcx: [UInt8] = [0x0A, 5, 1, 8] + zeros(128)
    #expect(MediaFormat(recognizing: pcx) == .pcx)
    for bytes in [zeros(300), Array(icon.prefix(21))] {
      #expect(MediaFormat(recognizing: bytes) == nil)
    }
  }

  @Test("of a transport stream is told by its packets, with a time in front of each or without")
  func transport() {
    for lead in [0, 4] {
      let packet = [UInt8](repeating: 0, count: lead) + [0x47] + [UInt8](repeating: 1, count: 187)
      #expect(MediaFormat(recognizing: packet + packet + packet) == .mpegTransport)
      #expect(MediaFormat(recognizing: packet) == nil)
    }
  }

  @Test("is none for text, audio and nothing at all")
  func unknown() {
    for text in [
      "", "B", "BM", "this is no picture", "RIFF....WAVE", "PK", "P6", "Plain text",
      "P1 is the first", "P3 5 of us go", "P7 nothing else", "#define WIDTH 9\n",
    ] {
      #expect(MediaFormat(recognizing: Array(text.utf8)) == nil, "\(text)")
    }
  }

  @Test("other pictures are unsupported, clips are no pictures, the rest is not media")
  func messages() {
    let flif = failure(Array("FLIF".utf8))
    #expect(flif?.code == .unsupported)
    #expect(
      flif?.description
        == "it: in FLIF format, which is not supported yet. Convert it to JPEG, PNG or WebP.")
    let video = failure(Array("....ftypisom".utf8))
    #expect(video?.code == .unsupported)
    #expect(
      video?.problem
        == "a clip, in MP4 format, and not a picture. Give a picture.")
    let text = failure(Array("hello".utf8))
    #expect(text?.code == .notMedia)
    #expect(
      text?.problem
        == "not a picture or video in any known format. Give a JPEG, PNG or WebP file.")
    let tar = [UInt8](repeating: 0x41, count: 257) + Array("ustar\u{0}00".utf8)
    for bytes in [Array("PK\u{3}\u{4}".utf8), [0x1F, 0x8B, 8, 0], Array("Rar!\u{1A}".utf8), tar] {
      let packed = failure(bytes)
      #expect(packed?.code == .notMedia)
      #expect(packed?.problem.contains("Unpack it; cutline batch also reads") == true)
    }
  }
}
