/// A file format, recognised by how its bytes begin and never by the file's name.
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

  case mp4 = "MP4"
  case quickTime = "QuickTime"
  case matroska = "Matroska or WebM"
  case avi = "AVI"
  case flash = "Flash video"
  case ogg = "Ogg"
  case windowsMedia = "Windows Media"
  case mpegProgram = "MPEG"
  case mpegTransport = "MPEG transport stream"

  /// Whether the format holds moving pictures.
  package var isVideo: Bool {
    switch self {
    case .mp4, .quickTime, .matroska, .avi, .flash, .ogg, .windowsMedia, .mpegProgram,
      .mpegTransport:
      true
    default: false
    }
  }

  /// Whether it is a format of still pictures that FFmpeg reads for us.
  var isReadByFFmpeg: Bool { [.gif, .bmp, .tiff, .avif].contains(self) }

  /// Recognises the format of a file from its bytes; `nil` if it is none we know.
  package init?(recognizing bytes: [UInt8]) {
    let head = FileHead(bytes: bytes)
    guard let format = head.formatByMagic ?? head.formatByBrand ?? head.formatByStructure else {
      return nil
    }
    self = format
  }
}

/// The first bytes of a file.
private struct FileHead {
  let bytes: [UInt8]

  /// Formats that begin with fixed bytes.
  static let magics: [(MediaFormat, [UInt8])] = [
    (.jpeg, [0xFF, 0xD8]),
    // Only the letters: a signature damaged by a text-mode transfer still shows what the file was.
    (.png, [0x89, 0x50, 0x4E, 0x47]),
    (.gif, Array("GIF87a".utf8)), (.gif, Array("GIF89a".utf8)),
    (.tiff, [0x49, 0x49, 0x2A, 0x00]), (.tiff, [0x4D, 0x4D, 0x00, 0x2A]),
    (.tiff, [0x49, 0x49, 0x2B, 0x00]), (.tiff, [0x4D, 0x4D, 0x00, 0x2B]),
    (.icon, [0x00, 0x00, 0x01, 0x00]), (.icon, [0x00, 0x00, 0x02, 0x00]),
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
    (.matroska, [0x1A, 0x45, 0xDF, 0xA3]),
    (.flash, Array("FLV\u{1}".utf8)),
    (.ogg, Array("OggS".utf8)),
    (.windowsMedia, [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]),
    (.mpegProgram, [0x00, 0x00, 0x01, 0xBA]), (.mpegProgram, [0x00, 0x00, 0x01, 0xB3]),
  ]

  var formatByMagic: MediaFormat? {
    Self.magics.first { bytes.starts(with: $0.1) }?.0
  }

  /// Containers that name their content in a four-letter word.
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
    case "moov", "mdat", "wide", "free", "skip", "pnot": return .quickTime
    default: return nil
    }
  }

  private var formatByFileType: MediaFormat {
    switch text(8, 4) {
    case "avif", "avis": .avif
    case "heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1": .heic
    case "qt  ": .quickTime
    default: .mp4
    }
  }

  /// Formats with weak beginnings, which need a second look.
  var formatByStructure: MediaFormat? {
    if text(0, 2) == "BM" && bytes.count >= 18 && bytes[15] == 0 && bytes[16] == 0 { return .bmp }
    if bytes.count > 188 && bytes[0] == 0x47 && bytes[188] == 0x47 { return .mpegTransport }
    // As cameras and discs have it, with a time in front of each packet.
    if bytes.count > 388 && [4, 196, 388].allSatisfy({ bytes[$0] == 0x47 }) {
      return .mpegTransport
    }
    if let first = bytes.first, first == 0x50, bytes.count > 8,
      (0x31...0x37).contains(bytes[1]), [0x20, 0x09, 0x0A, 0x0D].contains(bytes[2])
    {
      return .portableAnymap
    }
    return nil
  }

  private func text(_ start: Int, _ count: Int) -> String? {
    guard bytes.count >= start + count else { return nil }
    return String(decoding: bytes[start..<start + count], as: UTF8.self)
  }
}
