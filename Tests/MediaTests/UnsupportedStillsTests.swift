import Testing

@testable import Media

@Suite("Whole pictures of kinds that are not read")
struct UnsupportedStillsTests {
  /// Returns a little-endian TIFF of one directory; each field is a tag, a type and its values.
  static func tiff(
    _ fields: [(tag: Int, type: Int, values: [Int])], magic: [UInt8] = Array("II*\0".utf8),
    behind: [UInt8] = []
  ) -> [UInt8] {
    let widths = [1: 1, 3: 2, 4: 4, 13: 4]
    let start = 8 + 2 + 12 * fields.count + 4
    var (entries, extra): ([UInt8], [UInt8]) = ([], [])
    for field in fields.sorted(by: { $0.tag < $1.tag }) {
      let values = field.values.flatMap { littleEndian($0, widths[field.type] ?? 4) }
      entries += littleEndian(field.tag, 2) + littleEndian(field.type, 2)
      entries += littleEndian(field.values.count, 4)
      if values.count > 4 {
        entries += littleEndian(start + extra.count, 4)
        extra += values
      } else {
        entries += values + zeros(4 - values.count)
      }
    }
    let head = magic + littleEndian(8, 4) + littleEndian(fields.count, 2)
    return head + entries + zeros(4) + extra + behind
  }

  /// Returns a TIFF with an image of 4×4 pixels in one strip at the end of the file.
  static func picture(
    photometric: Int, bits: [Int], compression: Int = 1, width: Int = 4, height: Int = 4,
    more: [(Int, Int, [Int])] = []
  ) -> [UInt8] {
    let size = 16 * max(1, bits.reduce(0, +) / 8)
    func file(_ place: Int) -> [UInt8] {
      tiff(
        [
          (256, 3, [width]), (257, 3, [height]), (258, 3, bits), (259, 3, [compression]),
          (262, 3, [photometric]), (273, 4, [place]), (277, 3, [bits.count]), (278, 3, [height]),
          (279, 4, [size]),
        ] + more, behind: zeros(size))
    }
    return file(file(0).count - size)
  }

  static let tiffs: [(name: String, bytes: [UInt8])] = [
    ("float", picture(photometric: 1, bits: [32], more: [(339, 3, [3])])),
    ("float RGB", picture(photometric: 2, bits: [32, 32, 32], more: [(339, 3, [3, 3, 3])])),
    ("signed", picture(photometric: 1, bits: [16], more: [(339, 3, [2])])),
    ("32 bits", picture(photometric: 1, bits: [32])),
    ("12 bits", picture(photometric: 1, bits: [12])),
    ("three channels of grey", picture(photometric: 1, bits: [8, 8, 8])),
    (
      "CMYK with alpha",
      picture(photometric: 5, bits: [8, 8, 8, 8, 8], more: [(338, 3, [2])])
    ),
    ("unknown compression", picture(photometric: 1, bits: [8], compression: 65_000)),
    ("a mask", picture(photometric: 4, bits: [1])),
  ]

  @Test("TIFF: says so, and to convert it", arguments: tiffs)
  func kinds(name: String, bytes: [UInt8]) throws {
    let error = try #require(failure(bytes))
    #expect(error.code == .unsupported, "\(error)")
    #expect(error.problem.hasPrefix("a TIFF of a kind that is not supported ("))
    #expect(error.problem.hasSuffix("). Convert it to JPEG, PNG or WebP."))
  }

  static let rawPhotos: [(name: String, bytes: [UInt8])] = [
    ("DNG", picture(photometric: 2, bits: [8, 8, 8], more: [(50706, 1, [1, 4, 0, 0])])),
    ("PEF", picture(photometric: 32803, bits: [16], compression: 65_535)),
    ("NEF", preview(hasSize: true)),
    ("ARW", preview(hasSize: false)),
    ("CR2", tiff([(256, 3, [9]), (257, 3, [9])]).marked("CR")),
    ("ORF", Array("IIRO".utf8) + zeros(60)), ("RW2", Array("IIU\0".utf8) + zeros(60)),
    ("RAF", Array("FUJIFILMCCD-RAW 0201".utf8) + zeros(60)),
    ("CR3", bigEndian(24, 4) + Array("ftypcrx \0\0\0\u{1}crx isom".utf8) + zeros(60)),
    ("X3F", Array("FOVb".utf8) + zeros(60)),
  ]

  /// Returns a TIFF with a small image, followed by a directory with colour filter array pixels.
  static func preview(hasSize: Bool) -> [UInt8] {
    let size: [(Int, Int, [Int])] = hasSize ? [(256, 3, [2]), (257, 3, [2])] : []
    func file(_ place: Int) -> [UInt8] {
      tiff(
        [
          (254, 4, [1]), (258, 3, [8]), (259, 3, [1]), (262, 3, [1]), (273, 4, [8]),
          (279, 4, [4]), (330, 4, [place]),
        ] + size,
        behind: littleEndian(1, 2) + littleEndian(262, 2) + littleEndian(3, 2) + littleEndian(1, 4)
          + littleEndian(32803, 4) + zeros(4))
    }
    return file(file(0).count - 18)
  }

  @Test("raw photos say so, and not with the caption of their previews", arguments: rawPhotos)
  func raw(name: String, bytes: [UInt8]) throws {
    let error = try #require(failure(bytes))
    #expect(error.code == .unsupported, "\(error)")
    #expect(error.problem.contains("raw"))
    #expect(error.problem.hasSuffix(" Convert it to JPEG, PNG or WebP."))
  }

  @Test(
    "documents, drawings and other pictures say so",
    arguments: [
      ("%PDF-1.7\n", "PDF"), ("%!PS-Adobe-3.0 EPSF-3.0\n", "PostScript (EPS)"),
      ("<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
      ("<?xml version='1.0'?>\n<!-- a drawing -->\n<svg>", "SVG"),
      ("8BPS\0\u{1}", "Photoshop (PSD)"),
      ("gimp xcf v011", "GIMP (XCF)"), ("AT&TFORM", "DjVu"), ("icns", "ICNS"),
      ("#?RADIANCE\n", "Radiance (HDR)"), ("PF\n4 4\n-1.0\n", "PFM"), ("SIMPLE  =", "FITS"),
      ("/* XPM */\n", "XPM or XBM"), ("DDS |", "DDS"), ("SDPX", "DPX or Cineon"),
      ("#define a_width 2\n", "XPM or XBM"), ("FWS\u{6}", "Flash (SWF)"),
      ("\0\0\0o\0\0\0\u{7}\0\0\0\u{2}", "X window dump (XWD)"),
    ])
  func others(head: String, name: String) throws {
    let error = try #require(failure(Array(head.utf8) + zeros(200)))
    #expect(error.code == .unsupported)
    #expect(
      error.problem
        == "in \(name) format, which is not supported yet. Convert it to JPEG, PNG or WebP.")
  }

  @Test("JPEGs, PNGs and BMPs of other kinds say so")
  func variants() throws {
    let jpeg = try MediaFixture.bytes("baseline.jpg")
    let frame = try #require(jpeg.indices.first { jpeg[$0...].starts(with: [0xFF, 0xC0]) })
    for (marker, kind) in [
      (UInt8(0xC3), "lossless JPEG"), (0xF7, "JPEG-LS"), (0xC5, "hierarchical JPEG"),
      (0xDE, "hierarchical JPEG"),
    ] {
      var changed = jpeg
      changed[frame + 1] = marker
      let error = failure(changed)
      #expect(error?.code == .unsupported)
      #expect(error?.problem.hasPrefix("a \(kind), which is not supported") == true)
    }
    let png = try MediaFixture.bytes("rgb8.png")
    let apple = png[..<8] + [0, 0, 0, 4] + Array("CgBI".utf8) + [0x50, 0, 0x20, 6]
    let bitmaps = [
      PicturePartsTests().bitmap(width: 3, height: 2, compression: 4, 60),
      PicturePartsTests().bitmap(width: 3, height: 2, bits: 2, 60),
    ]
    for bytes in [Array(apple + [0x2C, 0xB8, 0x77, 0x66] + png[8...])] + bitmaps {
      #expect(failure(bytes)?.code == .unsupported)
    }
  }

  @Test("A TIFF whose strip is missing is damaged or cut, and no black picture")
  func missing() throws {
    let whole = Self.picture(photometric: 1, bits: [8])
    #expect(failure(whole) == nil)
    #expect(failure(whole.dropLast(4))?.code == .truncated)
    // Data that does not match its compression.
    let nonsense = Self.picture(photometric: 1, bits: [8], compression: 8)
    #expect(failure(nonsense)?.code == .corrupt)
    // libtiff would decode it as greyscale.
    #expect(failure(Self.picture(photometric: 3, bits: [8]))?.code == .corrupt)
  }

  @Test("A TIFF over the limit is refused before there is room made for it")
  func limit() throws {
    let error = failure(
      Self.picture(photometric: 1, bits: [8], width: 16_000, height: 16_000))
    #expect(error?.code == .tooLarge)
    #expect(error?.problem.hasPrefix("16000 x 16000 pixels are over the limit of") == true)
  }

  @Test("A TIFF with a palette of 16 bits has its colours, and none without one")
  func widePalette() throws {
    var map = [Int](repeating: 0, count: 3 << 16)
    // The entry of the only index that pixels have.
    for (plane, value) in [(0, 0x1234), (1, 0xABCD), (2, 0xFF00)] { map[plane << 16] = value }
    let file = Self.picture(photometric: 3, bits: [16], more: [(320, 3, map)])
    let image = try decodeStillImage(.bytes(file, name: "it"), .strict).image
    #expect(image.pixels == (0..<16).flatMap { _ in [0x12, 0xAB, 0xFF] as [UInt8] })
    #expect(failure(Self.picture(photometric: 3, bits: [16]))?.code == .corrupt)
  }

  @Test("A TIFF of zeros behind its head is damaged, and no raw photo")
  func zeroed() throws {
    let file = Self.picture(photometric: 1, bits: [8])
    let zeroed = Array(file[..<8]) + zeros(file.count - 8)
    #expect(failure(zeroed)?.code == .corrupt || failure(zeroed)?.code == .truncated)
  }

  @Test("A TIFF of several pages warns that only the first is looked at, but not of thumbnails")
  func pages() throws {
    /// Returns the warnings for a file with a second directory, which refers to the same strip.
    func warnings(kind: Int) throws -> [MediaWarning] {
      var file = Self.picture(photometric: 1, bits: [8], more: [(254, 4, [0])])
      let directory = Array(file[8..<8 + 2 + 12 * 10 + 4])
      file.replaceSubrange(8 + 2 + 12 * 10..<8 + 2 + 12 * 10 + 4, with: littleEndian(file.count, 4))
      var second = directory
      second.replaceSubrange(2 + 8..<2 + 12, with: littleEndian(kind, 4))
      return try decodeStillImage(.bytes(file + second, name: "it"), .strict).warnings
    }
    #expect(try warnings(kind: 1) == [])
    let warning = try #require(try warnings(kind: 0).first)
    #expect(warning.message == "a TIFF of several pages, of which only the first is used")
  }
}

extension [UInt8] {
  /// Returns the file with letters inserted after the first eight bytes, and its directory moved accordingly.
  fileprivate func marked(_ letters: String) -> [UInt8] {
    let moved = Array(self[8...])
    return Array(self[..<4]) + littleEndian(16, 4) + Array(letters.utf8)
      + zeros(8 - letters.utf8.count) + moved
  }
}
