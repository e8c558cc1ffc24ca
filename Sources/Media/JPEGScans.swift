extension JPEGHeader {
  /// Returns the number of scans, counted without decoding and up to `limit`.
  ///
  /// The decoder passes over the whole image once per scan, even if a scan takes only a few bytes of the
  /// file. Counting first rejects a file with very many scans before it costs time.
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

  /// Returns the offset of the second byte of the next marker, skipping compressed data and restart markers.
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
