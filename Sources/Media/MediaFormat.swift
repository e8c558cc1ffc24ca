/// A file format, recognised by the first bytes of a file and never by its name.
package enum MediaFormat: String, Sendable, CaseIterable {
  case jpeg = "JPEG"
  case png = "PNG"
  case webp = "WebP"

  case gif = "GIF"
  case bmp = "BMP"
  case tiff = "TIFF"
  case icon = "ICO"
  case photoshop = "Photoshop (PSD)"
  case jpeg2000 = "JPEG 2000"
  case jpegXL = "JPEG XL"
  case avif = "AVIF"
  case heic = "HEIC"
  case sgi = "SGI"
  case dds = "DDS"
  case blp = "BLP"
  case portableAnymap = "PNM"
  case qoi = "QOI"
  case openEXR = "OpenEXR"
  case gimp = "GIMP (XCF)"
  case sunRaster = "Sun raster"
  case targa = "TGA"
  case pcx = "PCX"
  case rawPhoto = "a camera's raw"
  case pdf = "PDF"
  case postScript = "PostScript (EPS)"
  case svg = "SVG"
  case djvu = "DjVu"
  case windowsMetafile = "Windows metafile"
  case appleIcon = "ICNS"
  case jpegXR = "JPEG XR"
  case bpg = "BPG"
  case flif = "FLIF"
  case animatedPNG = "MNG or JNG"
  case radiance = "Radiance (HDR)"
  case portableFloatmap = "PFM"
  case dicom = "DICOM"
  case fits = "FITS"
  case xpm = "XPM or XBM"
  case windowDump = "X window dump (XWD)"
  case filmScan = "DPX or Cineon"
  case flashAnimation = "Flash (SWF)"
  case flic = "FLIC"
  case bink = "Bink or Smacker"
  case interchangeBitmap = "IFF (ILBM)"
  case paintShop = "Paint Shop Pro"
  case texture = "KTX"

  case mp4 = "MP4"
  case quickTime = "QuickTime"
  case matroska = "Matroska or WebM"
  case avi = "AVI"
  case flash = "Flash video"
  case ogg = "Ogg"
  case windowsMedia = "Windows Media"
  case mpegProgram = "MPEG"
  case mpegTransport = "MPEG transport stream"
  case mpegVideo = "MPEG video stream"
  case mpeg4Video = "MPEG-4 video stream"
  case h264 = "H.264 stream"
  case h265 = "H.265 stream"
  case av1 = "AV1 stream"
  case mxf = "MXF"
  case dv = "DV"
  case ivf = "IVF"
  case yuv4mpeg = "YUV4MPEG2"
  case realMedia = "RealMedia"
  case nut = "NUT"
  case windowsRecording = "Windows recording (WTV)"

  /// True for video formats.
  package var isVideo: Bool {
    switch self {
    case .mp4, .quickTime, .matroska, .avi, .flash, .ogg, .windowsMedia, .mpegProgram,
      .mpegTransport, .mpegVideo, .mpeg4Video, .h264, .h265, .av1, .mxf, .dv, .ivf, .yuv4mpeg,
      .realMedia, .nut, .windowsRecording:
      true
    default: false
    }
  }

  /// True for image formats that may hold an animation.
  package var mayMove: Bool { [.gif, .webp, .png, .avif].contains(self) }

  /// The name of FFmpeg's demuxer, for formats that its own probing could mistake; nil for the others.
  var nameForFFmpeg: String? {
    switch self {
    case .png: "apng"
    case .jpeg: "mjpeg"
    case .mpegProgram: "mpeg"
    case .mpegTransport: "mpegts"
    case .mpegVideo: "mpegvideo"
    case .mpeg4Video: "m4v"
    case .h264: "h264"
    case .h265: "hevc"
    case .av1: "obu"
    case .mxf: "mxf"
    case .dv: "dv"
    default: nil
    }
  }

  /// True for still image formats that are decoded with FFmpeg.
  var isReadByFFmpeg: Bool {
    [.gif, .bmp, .jpeg2000, .qoi, .sgi, .sunRaster, .pcx].contains(self)
  }

  /// Creates the format recognised in the bytes of a file; `nil` if it is unknown.
  ///
  /// - Parameter bytes: The file, or its first `headByteCount` bytes; fewer suffice for all formats with a
  ///   magic number.
  package init?(recognizing bytes: [UInt8]) {
    if let tag = FileHead(bytes: bytes).tagByteCount {
      // Audio files also begin with such tags, and stream recorders copy them to the start of videos.
      guard tag < bytes.count, let found = MediaFormat(recognizing: Array(bytes[tag...])),
        found.isVideo
      else { return nil }
      self = found
      return
    }
    let head = FileHead(bytes: bytes)
    let found = head.formatByMagic ?? head.formatByBrand ?? head.formatByStructure
    guard let format = found ?? StreamBeginning(of: bytes)?.format else { return nil }
    self = format
  }

  /// Returns the size in bytes of an ID3v2 tag at the start of a file; nil if there is none.
  static func tagByteCount(in bytes: [UInt8]) -> Int? { FileHead(bytes: bytes).tagByteCount }

  /// The number of bytes needed to recognise a stream that starts at an arbitrary packet.
  package static let headByteCount = 1 << 18
}

/// The first bytes of a file.
private struct FileHead {
  let bytes: [UInt8]

  /// The magic numbers of formats that have one.
  static let magics: [(MediaFormat, [UInt8])] = [
    (.jpeg, [0xFF, 0xD8]),
    // The first four bytes only, so that a signature damaged by a text-mode transfer is still recognised.
    (.png, [0x89, 0x50, 0x4E, 0x47]),
    (.gif, Array("GIF87a".utf8)), (.gif, Array("GIF89a".utf8)),
    (.tiff, [0x49, 0x49, 0x2A, 0x00]), (.tiff, [0x4D, 0x4D, 0x00, 0x2A]),
    (.tiff, [0x49, 0x49, 0x2B, 0x00]), (.tiff, [0x4D, 0x4D, 0x00, 0x2B]),
    (.photoshop, Array("8BPS".utf8)),
    (.jpeg2000, [0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50, 0x20, 0x20]),
    (.jpeg2000, [0xFF, 0x4F, 0xFF, 0x51]),
    (.jpegXL, [0xFF, 0x0A]), (.jpegXL, [0x00, 0x00, 0x00, 0x0C, 0x4A, 0x58, 0x4C, 0x20]),
    (.sgi, [0x01, 0xDA]),
    (.dds, Array("DDS ".utf8)),
    (.blp, Array("BLP1".utf8)), (.blp, Array("BLP2".utf8)),
    (.qoi, Array("qoif".utf8)),
    (.openEXR, [0x76, 0x2F, 0x31, 0x01]),
    (.gimp, Array("gimp xcf ".utf8)),
    (.sunRaster, [0x59, 0xA6, 0x6A, 0x95]),
    // Olympus, Panasonic, Fujifilm, Sigma, Minolta, and Canon's first format.
    (.rawPhoto, Array("IIRO".utf8)), (.rawPhoto, Array("IIRS".utf8)),
    (.rawPhoto, Array("MMOR".utf8)), (.rawPhoto, Array("IIU\0".utf8)),
    (.rawPhoto, Array("FUJIFILMCCD-RAW".utf8)),
    (.rawPhoto, Array("FOVb".utf8)), (.rawPhoto, Array("\0MRM".utf8)),
    (.rawPhoto, Array("II\u{1A}\0\0\0HEAPCCDR".utf8)),
    (.pdf, Array("%PDF-".utf8)),
    (.postScript, Array("%!PS".utf8)), (.postScript, [0xC5, 0xD0, 0xD3, 0xC6]),
    (.djvu, Array("AT&TFORM".utf8)),
    (.windowsMetafile, [0xD7, 0xCD, 0xC6, 0x9A]),
    (.appleIcon, Array("icns".utf8)),
    (.jpegXR, [0x49, 0x49, 0xBC, 0x01]),
    (.bpg, [0x42, 0x50, 0x47, 0xFB]),
    (.flif, Array("FLIF".utf8)),
    (.animatedPNG, [0x8A, 0x4D, 0x4E, 0x47]), (.animatedPNG, [0x8B, 0x4A, 0x4E, 0x47]),
    (.radiance, Array("#?RADIANCE".utf8)), (.radiance, Array("#?RGBE".utf8)),
    (.fits, Array("SIMPLE  =".utf8)),
    (.xpm, Array("/* XPM */".utf8)),
    (.filmScan, Array("SDPX".utf8)), (.filmScan, Array("XPDS".utf8)),
    (.filmScan, [0x80, 0x2A, 0x5F, 0xD7]), (.filmScan, [0xD7, 0x5F, 0x2A, 0x80]),
    (.bink, Array("BIKi".utf8)), (.bink, Array("KB2".utf8)),
    (.bink, Array("SMK2".utf8)), (.bink, Array("SMK4".utf8)),
    (.paintShop, Array("Paint Shop Pro Image File".utf8)), (.texture, [0xAB, 0x4B, 0x54, 0x58]),
    (.matroska, [0x1A, 0x45, 0xDF, 0xA3]),
    (.flash, Array("FLV\u{1}".utf8)),
    (.ogg, Array("OggS".utf8)),
    (.windowsMedia, [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]),
    (.mpegProgram, [0x00, 0x00, 0x01, 0xBA]), (.mpegVideo, [0x00, 0x00, 0x01, 0xB3]),
    (.ivf, Array("DKIF".utf8)), (.yuv4mpeg, Array("YUV4MPEG2".utf8)),
    (.realMedia, Array(".RMF".utf8)), (.nut, Array("nut/multimedia container".utf8)),
    (.windowsRecording, [0xB7, 0xD8, 0x00, 0x20, 0x37, 0x49, 0xDA, 0x11, 0xA6, 0x4E]),
    // A temporal delimiter followed by a sequence header.
    (.av1, [0x12, 0x00, 0x0A]),
  ]

  /// The size in bytes of an ID3v2 tag at the start; nil if there is none.
  var tagByteCount: Int? {
    guard text(0, 3) == "ID3", bytes.count >= 10, bytes[6..<10].allSatisfy({ $0 < 0x80 }) else {
      return nil
    }
    return bytes[6..<10].reduce(0) { $0 << 7 | Int($1) } + 10
  }

  var formatByMagic: MediaFormat? {
    Self.magics.first { bytes.starts(with: $0.1) }?.0
  }

  /// The format of a container that names its content in a four-letter code.
  var formatByBrand: MediaFormat? {
    if text(0, 4) == "RIFF" {
      switch text(8, 4) {
      case "WEBP": return .webp
      case "AVI ": return .avi
      default: return nil
      }
    }
    switch text(4, 4) {
    case "ftyp": return formatByFileType
    case "moov", "mdat", "wide", "free", "skip", "pnot", "PICT": return .quickTime
    default: return nil
    }
  }

  /// The format by the major and compatible brands of an ISO base media file (ISO/IEC 14496-12).
  private var formatByFileType: MediaFormat {
    let boxSize = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    let others = stride(from: 16, to: min(boxSize, bytes.count), by: 4).compactMap { text($0, 4) }
    let own = text(8, 4) ?? ""
    if own == "qt  " { return .quickTime }
    if own == "crx " { return .rawPhoto }
    if let format = Self.pictureBrands[own] { return format }
    // Some images have a major brand that does not name their codec.
    let format = others.lazy.compactMap { Self.pictureBrands[$0] }.first
    if Self.anyPictureBrands.contains(own) { return format ?? .heic }
    // A video may list image brands as compatible; an image file has its `meta` box first.
    let isPicture = text(boxSize + 4, 4) == "meta"
    guard isPicture || !Self.isFilmBrand(own) else { return .mp4 }
    let isAnyPicture = others.contains { Self.anyPictureBrands.contains($0) }
    return format ?? (isPicture && isAnyPicture ? .heic : .mp4)
  }

  private static let pictureBrands: [String: MediaFormat] = [
    "avif": .avif, "avis": .avif, "avio": .avif, "MA1A": .avif, "MA1B": .avif,
    "heic": .heic, "heix": .heic, "heim": .heic, "heis": .heic, "hevc": .heic, "hevx": .heic,
    "hevm": .heic, "hevs": .heic, "MiHE": .heic, "MiHA": .heic, "MiHB": .heic,
  ]

  /// Brands of HEIF (ISO/IEC 23008-12) with any codec.
  private static let anyPictureBrands: Set = [
    "mif1", "mif2", "mif3", "msf1", "miaf", "MiPr", "MiAn", "avci", "avcs", "jpeg", "jpgs", "j2ki",
    "j2is", "vvic", "vvis", "evbi", "evbs", "1pic",
  ]

  private static func isFilmBrand(_ brand: String) -> Bool {
    ["iso", "mp4", "M4V", "M4A", "3g", "avc", "dash", "f4v", "MSNV", "cmf"].contains {
      brand.hasPrefix($0)
    }
  }

  /// The format of files with a weak magic number, confirmed by their structure.
  var formatByStructure: MediaFormat? {
    if text(0, 2) == "BM" && bytes.count >= 18 && bytes[15] == 0 && bytes[16] == 0 { return .bmp }
    if isIcon { return .icon }
    // A text may have the sync byte's letter "G" at both offsets, but no letter here.
    if bytes.count > 188 && bytes[0] == 0x47 && bytes[188] == 0x47 && bytes[3] & 0xC0 == 0 {
      return .mpegTransport
    }
    // Packets with a timestamp in front, as cameras and discs write them, or with a checksum behind.
    for places in [[4, 196, 388], [0, 204, 408]] where bytes.count > places[2] + 3 {
      if places.allSatisfy({ bytes[$0] == 0x47 && bytes[$0 + 3] & 0xC0 == 0 }) {
        return .mpegTransport
      }
    }
    if bytes.count > 8, PNMHeader.isBegun(by: bytes) { return .portableAnymap }
    if ["Pf\n", "PF\n", "Ph\n", "PH\n"].contains(text(0, 3)) { return .portableFloatmap }
    if isPCX { return .pcx }
    if isTarga { return .targa }
    if text(128, 4) == "DICM" { return .dicom }
    if text(40, 4) == " EMF", bytes[0] == 1 { return .windowsMetafile }
    return formatByOddHead ?? (isSVG ? .svg : nil)
  }

  /// The format of rare files, none of which is supported.
  private var formatByOddHead: MediaFormat? {
    if text(0, 4) == "FORM", ["ILBM", "PBM "].contains(text(8, 4)) { return .interchangeBitmap }
    if ["FWS", "CWS", "ZWS"].contains(text(0, 3)), bytes.count > 8, (1...60).contains(bytes[3]) {
      return .flashAnimation
    }
    guard bytes.count > 16 else { return nil }
    // The header size, the only version (7), and a pixmap format of at most 2.
    if bytes[0...1] == [0, 0], bytes[4..<8] == [0, 0, 0, 7], bytes[8..<11] == [0, 0, 0],
      bytes[11] <= 2, bytes[3] >= 100 || bytes[2] > 0
    {
      return .windowDump
    }
    if [0x11, 0x12].contains(bytes[4]), bytes[5] == 0xAF, bytes[12...13] == [8, 0] {
      return .flic
    }
    let line = String(decoding: bytes.prefix(200).prefix { $0 >= 32 }, as: UTF8.self)
    let isBitmap = line.hasPrefix("#define ") && line.contains("_width ")
    return isBitmap ? .xpm : nil
  }

  /// True for icons and cursors: at least one entry, whose reserved byte is 0.
  private var isIcon: Bool {
    guard bytes.count > 21, bytes[0] == 0, bytes[1] == 0, [1, 2].contains(bytes[2]), bytes[3] == 0
    else { return false }
    let count = Int(bytes[4]) | Int(bytes[5]) << 8
    return (1...1024).contains(count) && bytes[9] == 0 && bytes[21] == 0
  }

  /// True if the version, the run-length flag and the bit depth are those of PCX.
  private var isPCX: Bool {
    bytes.count > 128 && bytes[0] == 0x0A && [0, 2, 3, 4, 5].contains(bytes[1]) && bytes[2] <= 1
      && [1, 2, 4, 8].contains(bytes[3]) && bytes[64] == 0
  }

  /// True if image type, palette and bit depth are consistent, as TGA has no magic number.
  private var isTarga: Bool {
    guard bytes.count > 18, bytes[1] <= 1, [1, 2, 3, 9, 10, 11].contains(bytes[2]) else {
      return false
    }
    let hasPalette = bytes[1] == 1
    let bitCounts: Set<UInt8> = bytes[2] & 3 == 2 ? [15, 16, 24, 32] : [8, 16]
    return hasPalette == (bytes[2] & 3 == 1) && bitCounts.contains(bytes[16])
      && (hasPalette ? [15, 16, 24, 32].contains(bytes[7]) : bytes[3..<8].allSatisfy { $0 == 0 })
      && bytes[12...13] != [0, 0] && bytes[14...15] != [0, 0] && bytes[17] & 0xC0 == 0
  }

  /// True if the root element comes first, or after an XML declaration, a document type or a comment.
  private var isSVG: Bool {
    let text = String(decoding: bytes.prefix(512), as: UTF8.self)
    let start = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    let isDeclared = ["<?xml", "<!DOCTYPE svg", "<!--"].contains { start.hasPrefix($0) }
    return start.hasPrefix("<svg") || isDeclared && text.contains("<svg")
  }

  private func text(_ start: Int, _ count: Int) -> String? {
    guard bytes.count >= start + count else { return nil }
    return String(decoding: bytes[start..<start + count], as: UTF8.self)
  }
}
