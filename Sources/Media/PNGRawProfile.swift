import CPNG

/// EXIF as ImageMagick stored it before PNG had a chunk for it: as hexadecimal text.
enum PNGRawProfile {
  /// The maximum number of bytes of text that are decompressed; an EXIF block has at most 64 KB.
  private static let mostText = 1 << 18

  private static let keywords = ["exif", "APP1"].map { Array("Raw profile type \($0)\0".utf8) }

  /// Returns the EXIF block in a text chunk: empty if it cannot be read, nil if the chunk holds something
  /// else.
  static func exif(_ chunk: PNGChunk, _ data: ArraySlice<UInt8>) -> [UInt8]? {
    guard let keyword = keywords.first(where: { data.starts(with: $0) }) else { return nil }
    let rest = data.dropFirst(keyword.count)
    guard let text = text(chunk, rest) else { return [] }
    // The lines are: an empty one, the name, the length, the digits.
    let lines = text.split(separator: 0x0A, maxSplits: 3, omittingEmptySubsequences: false)
    return lines.count == 4 ? bytes(ofDigits: lines[3]) : []
  }

  private static func text(_ chunk: PNGChunk, _ rest: ArraySlice<UInt8>) -> [UInt8]? {
    switch chunk.name {
    case .plainText: return Array(rest.prefix(mostText))
    case .compressedText: return inflated(rest.dropFirst())
    case .text:
      guard let isCompressed = rest.first else { return nil }
      let parts = rest.dropFirst(2).split(
        separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
      guard let content = parts.last, parts.count == 3 else { return nil }
      return isCompressed == 0 ? Array(content.prefix(mostText)) : inflated(content)
    default: return nil
    }
  }

  private static func inflated(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    let packed = Array(bytes)
    return [UInt8](unsafeUninitializedCapacity: mostText) { text, count in
      count = text.baseAddress.map { cpng_inflate(packed, packed.count, $0, mostText) } ?? 0
    }
  }

  private static func bytes(ofDigits digits: ArraySlice<UInt8>) -> [UInt8] {
    var (bytes, high): ([UInt8], UInt8?) = ([], nil)
    for digit in digits.lazy.compactMap({ Character(UnicodeScalar($0)).hexDigitValue }) {
      if let first = high {
        bytes.append(first << 4 | UInt8(digit))
        high = nil
      } else {
        high = UInt8(digit)
      }
    }
    return bytes
  }
}
