import CPNG

/// The header of a PNG chunk: its name and its length in bytes.
struct PNGChunk {
  let length: Int
  let name: PNGChunkName
  /// The range of the name in the file.
  let nameRange: Range<Int>
}

/// The four-letter name of a chunk as a 32-bit number, for speed: a file may hold millions of chunks.
struct PNGChunkName: Hashable, ExpressibleByStringLiteral {
  private let code: UInt32

  static let header: PNGChunkName = "IHDR"
  static let palette: PNGChunkName = "PLTE"
  static let transparency: PNGChunkName = "tRNS"
  static let imageData: PNGChunkName = "IDAT"
  /// The first chunk of a PNG in Apple's own pixel format.
  static let apple: PNGChunkName = "CgBI"
  static let end: PNGChunkName = "IEND"
  static let exif: PNGChunkName = "eXIf"
  static let coding: PNGChunkName = "cICP"
  static let text: PNGChunkName = "iTXt"
  static let plainText: PNGChunkName = "tEXt"
  static let compressedText: PNGChunkName = "zTXt"

  init(code: UInt32) {
    self.code = code
  }

  init(stringLiteral text: StaticString) {
    precondition(text.utf8CodeUnitCount == 4, "a chunk name has four letters")
    code = text.withUTF8Buffer { $0.reduce(0) { $0 << 8 | UInt32($1) } }
  }

  var bytes: [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: code >> $0) } }

  /// The name as messages show it; call it only for plausible names.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// True if the first letter is a capital, which marks chunks that are required for decoding.
  var isCritical: Bool { code & 0x2000_0000 == 0 }

  var isASCII: Bool { code & 0x8080_8080 == 0 }

  /// True if the name consists of letters, digits and underscores, which is all that Pillow checks.
  var isPlausible: Bool {
    [24, 16, 8, 0].allSatisfy { shift in
      switch code >> shift & 0xFF {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
      default: false
      }
    }
  }
}

extension ByteReader {
  mutating func pngChunk() -> PNGChunk? {
    let start = position + 4
    guard let length = bigEndian32(), let code = bigEndian32() else { return nil }
    return PNGChunk(
      length: length, name: PNGChunkName(code: UInt32(code)), nameRange: start..<start + 4)
  }

  /// Returns the CRC of a chunk whose name and data are in `range`.
  func checksum(_ range: Range<Int>) -> Int {
    bytes.withUnsafeBytes { bytes in
      let part = UnsafeRawBufferPointer(rebasing: bytes[range])
      return Int(cpng_checksum(part.baseAddress, part.count))
    }
  }
}
