extension JPEGHeader {
  /// How many scans the picture has, counted without decoding any, but no further than `limit`.
  ///
  /// Each scan of a picture that has several is a pass over all of it, while a scan that changes
  /// nothing takes only a few bytes: counting first refuses such a file before it costs anything.
  func scanCount(in bytes: [UInt8], upTo limit: Int) -> Int {
    var count = 1
    var position = scanStart
    bytes.withUnsafeBufferPointer { bytes in
      while count < limit, let marker = nextMarker(in: bytes, from: position) {
        guard bytes[marker] != 0xD9, marker + 2 < bytes.count else { return }
        if bytes[marker] == 0xDA { count += 1 }
        position = marker + 1 + max(Int(bytes[marker + 1]) << 8 | Int(bytes[marker + 2]), 2)
      }
    }
    return count
  }

  /// Where the second byte of the next marker is, past compressed data and restart markers.
  private func nextMarker(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    var position = start
    while position + 1 < bytes.count {
      if bytes[position] == 0xFF {
        switch bytes[position + 1] {
        case 0x00, 0x01, 0xD0...0xD8, 0xFF: break
        default: return position + 1
        }
      }
      position += 1
    }
    return nil
  }
}
