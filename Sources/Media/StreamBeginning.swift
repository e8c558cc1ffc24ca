/// The format and the start of a stream without a file header, found by its repeating structure.
///
/// Recordings and copies of such streams begin at arbitrary bytes, so their first bytes identify nothing.
struct StreamBeginning: Equatable {
  let format: MediaFormat
  /// The offset of the first whole packet in bytes; 0 if the demuxer finds it itself.
  var offset = 0

  /// Searches the first bytes of a file for a known stream.
  init?(of bytes: [UInt8]) {
    let found = bytes.withUnsafeBufferPointer { bytes -> StreamBeginning? in
      let bytes = UnsafeBufferPointer(rebasing: bytes.prefix(MediaFormat.headByteCount))
      return TransportPackets(of: bytes).map { StreamBeginning(.mpegTransport, at: $0.offset) }
        // Checked first, as an MXF file may contain the streams below.
        ?? (hasMaterialExchangeKey(in: bytes) ? StreamBeginning(.mxf) : nil)
        ?? StartCodes(bytes).beginning
        ?? digitalVideo(in: bytes).map { StreamBeginning(.dv, at: $0) }
    }
    guard let found else { return nil }
    self = found
  }

  fileprivate init(_ format: MediaFormat, at offset: Int = 0) {
    (self.format, self.offset) = (format, offset)
  }
}

/// The packets of an MPEG transport stream (ISO/IEC 13818-1), which have a fixed size.
struct TransportPackets: Equatable {
  /// The offset of the first whole packet, in bytes.
  let offset: Int
  /// The distance between packets in bytes: 188, 192 with a timestamp in front, or 204 with a checksum
  /// behind.
  let stride: Int

  /// The number of consecutive packets required, so that a match is no coincidence.
  private static let count = 8

  init?(of bytes: UnsafeBufferPointer<UInt8>) {
    for offset in 0..<max(0, bytes.count - Self.count * 188) where bytes[offset] == 0x47 {
      for stride in [188, 192, 204] where offset + Self.count * stride <= bytes.count {
        let isRow = (0..<Self.count).allSatisfy { Self.isHeader(bytes, offset + $0 * stride) }
        if isRow {
          (self.offset, self.stride) = (offset, stride)
          return
        }
      }
    }
    return nil
  }

  /// Returns true if a packet header is plausible: neither damaged nor scrambled, and with a payload or an
  /// adaptation field.
  private static func isHeader(_ bytes: UnsafeBufferPointer<UInt8>, _ place: Int) -> Bool {
    bytes[place] == 0x47 && bytes[place + 1] & 0x80 == 0 && bytes[place + 3] & 0xC0 == 0
      && bytes[place + 3] & 0x30 != 0
  }
}

/// The start codes (bytes 0, 0, 1) of a stream, which MPEG's and ITU's standards share.
private struct StartCodes {
  private let bytes: UnsafeBufferPointer<UInt8>
  /// The offsets of the bytes after the start codes.
  private let places: [Int]

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    var places: [Int] = []
    var index = 2
    while index + 1 < bytes.count {
      if bytes[index] > 1 {
        index += 3
      } else if bytes[index] == 1, bytes[index - 1] == 0, bytes[index - 2] == 0 {
        places.append(index + 1)
        index += 3
      } else {
        index += 1
      }
    }
    self.places = places
  }

  var beginning: StreamBeginning? {
    if let place = places.first(where: isPack) {
      return StreamBeginning(.mpegProgram, at: place - 3)
    }
    if isH265 { return StreamBeginning(.h265) }
    if isH264 { return StreamBeginning(.h264) }
    if isMPEG4 { return StreamBeginning(.mpeg4Video) }
    return isMPEG ? StreamBeginning(.mpegVideo) : nil
  }

  /// Returns true if a pack header of a program stream (ISO/IEC 11172-1 and 13818-1) is at `place`, followed
  /// by a packet.
  private func isPack(_ place: Int) -> Bool {
    guard bytes[place] == 0xBA, place + 11 < bytes.count else { return false }
    var next = place + 9
    if bytes[place + 1] & 0xC4 == 0x44 {
      next = place + 11 + Int(bytes[place + 10] & 7)
    } else if bytes[place + 1] & 0xF1 != 0x21 {
      return false
    }
    return next + 3 < bytes.count && bytes[next] == 0 && bytes[next + 1] == 0
      && bytes[next + 2] == 1 && bytes[next + 3] >= 0xBB
  }

  /// True if the parameter sets and a slice are found (ITU-T H.265).
  private var isH265: Bool {
    let kinds = Set(
      places.filter { $0 + 1 < bytes.count && bytes[$0] & 0x81 == 0 && bytes[$0 + 1] == 1 }
        .map { bytes[$0] >> 1 })
    return kinds.isSuperset(of: [32, 33, 34]) && kinds.contains { $0 < 22 }
  }

  /// True if a plausible sequence parameter set, a picture parameter set and a slice are found (ITU-T H.264).
  private var isH264: Bool {
    let profiles: Set<UInt8> = [66, 77, 83, 86, 88, 100, 110, 118, 122, 128, 138, 144, 244, 44]
    func contains(_ kinds: Set<UInt8>, _ isPossible: (Int) -> Bool = { _ in true }) -> Bool {
      places.contains {
        bytes[$0] & 0x80 == 0 && kinds.contains(bytes[$0] & 0x1F) && isPossible($0)
      }
    }
    let hasParameters = contains([7]) { place in
      place + 3 < bytes.count && profiles.contains(bytes[place + 1]) && bytes[place + 2] & 3 == 0
        && (9...62).contains(bytes[place + 3])
    }
    return hasParameters && contains([8]) && contains([1, 5])
  }

  /// True if a video object layer and a picture start code that MPEG-2 does not use are found (ISO/IEC
  /// 14496-2).
  private var isMPEG4: Bool {
    let codes = Set(places.map { bytes[$0] })
    return codes.contains(0xB6) && codes.contains { (0x20...0x2F).contains($0) }
  }

  /// True if at least two pictures are found, each beginning with its first slice (ISO/IEC 11172-2 and
  /// 13818-2).
  private var isMPEG: Bool {
    var (isBehindHead, count) = (false, 0)
    for place in places {
      switch bytes[place] {
      case 0: isBehindHead = true
      // Codes that may stand between a picture header and its slices.
      case 0xB2, 0xB5: break
      case 1:
        count += isBehindHead ? 1 : 0
        isBehindHead = false
      default: isBehindHead = false
      }
    }
    return count > 1
  }
}

/// Returns the offset of the first DV frame (IEC 61834): the header of its first sequence, followed 80 bytes
/// later by a subcode block; nil if there is none.
private func digitalVideo(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
  guard bytes.count > 160 else { return nil }
  return (0..<bytes.count - 160).first { place in
    bytes[place] == 0x1F && bytes[place + 1] == 0x07 && bytes[place + 2] == 0
      && bytes[place + 3] & 0x7F == 0x3F && bytes[place + 80] == 0x3F && bytes[place + 81] == 0x07
      && bytes[place + 82] == 0
  }
}

/// Returns true if an MXF header partition begins within the first 64 KB, the largest run-in (SMPTE ST
/// 377-1).
private func hasMaterialExchangeKey(in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
  let key: [UInt8] = [6, 0x0E, 0x2B, 0x34, 2, 5, 1, 1, 0x0D, 1, 2, 1, 1, 2]
  return (0..<max(0, min(bytes.count - key.count, 1 << 16))).contains { place in
    bytes[place] == 6 && key.indices.allSatisfy { bytes[place + $0] == key[$0] }
  }
}
