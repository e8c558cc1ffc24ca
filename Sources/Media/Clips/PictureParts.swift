// Image formats decoded with FFmpeg, which fills missing parts without an error.

extension MediaBytes {
  /// Returns the truncation of a GIF: blocks up to a trailer (CompuServe, 1990).
  ///
  /// The last byte alone is not enough, as any byte inside may have the trailer's value.
  func blocksEnd() -> EarlyEnd? {
    walkBlocks { _ in true } == .ended(withTrailer: false) ? .beforeEndMark : nil
  }

  /// The end of a walk through the blocks of a GIF.
  enum BlocksEnd: Equatable { case ended(withTrailer: Bool), unknownBlock }

  /// Calls `visit` with the type of each block of a GIF until it returns false; nil if it did.
  func walkBlocks(_ visit: (UInt8) -> Bool) -> BlocksEnd? {
    var position = 13 + colorTableSize(at: 10)
    while let kind = byte(at: position) {
      guard visit(kind) else { return nil }
      switch kind {
      case 0x3B: return .ended(withTrailer: true)
      // Some writers leave an empty sub-block between blocks.
      case 0: position += 1
      case 0x21: position = subBlocksEnd(from: position + 2)
      case 0x2C:
        position = subBlocksEnd(from: position + 11 + colorTableSize(at: position + 9))
      default: return .unknownBlock
      }
    }
    return .ended(withTrailer: false)
  }

  /// Returns the size of a colour table in bytes, by the flags at `offset`; 0 if there is none.
  private func colorTableSize(at offset: Int) -> Int {
    guard let flags = byte(at: offset), flags & 0x80 != 0 else { return 0 }
    return 3 << (Int(flags & 7) + 1)
  }

  private func subBlocksEnd(from start: Int) -> Int {
    var position = start
    while let size = byte(at: position), size > 0 { position += 1 + Int(size) }
    return position + 1
  }

  /// Returns the truncation of an animated PNG: chunks up to the end chunk.
  ///
  /// Still PNGs are read by `PNGStructure`.
  func pngChunksEnd() -> EarlyEnd? {
    var position = 8
    for _ in 0..<Self.mostParts {
      var header = reader(8, at: position)
      guard let size = header.bigEndian32(), let name = header.fourLetters() else {
        return position < range.count ? .insidePart : .beforeEndMark
      }
      if let end = end(ofPartAt: position, size: 12 + size) { return end }
      if name == "IEND" { return nil }
      position += 12 + size
    }
    return nil
  }

  /// Returns the truncation of a BMP file: the rows that its header declares.
  func rowsEnd() -> EarlyEnd? {
    var header = reader(28, at: 10)
    guard let start = header.littleEndian32(), let headerSize = header.littleEndian32(),
      headerSize >= 40, let width = header.littleEndian32(), let height = header.littleEndian32()
    else { return nil }
    header.position += 2
    guard let bitCount = header.littleEndian16(), let compression = header.littleEndian32(),
      let compressedSize = header.littleEndian32()
    else { return nil }
    // A negative height marks rows stored from the top down.
    let rowCount = Int(Int32(truncatingIfNeeded: height).magnitude)
    switch compression {
    case 0, 3, 6:
      // The product of a 4-byte and a 2-byte number does not overflow.
      let bits = width * bitCount
      let (size, isHuge) = ((bits + 31) / 32 * 4).multipliedReportingOverflow(by: rowCount - 1)
      guard rowCount > 0, !isHuge, size < 1 << 40 else { return nil }
      // The last row need not be padded.
      return end(ofPartAt: start, size: size + (bits + 7) / 8)
    default: return compressedSize > 0 ? end(ofPartAt: start, size: compressedSize) : nil
    }
  }

  /// Returns the truncation of a JPEG 2000 file: boxes, or a codestream that ends with a marker (ISO/IEC
  /// 15444-1).
  func codestreamEnd() -> EarlyEnd? {
    guard firstBytes(2) == [0xFF, 0x4F] else { return boxesEnd() }
    return bytes(2, at: range.count - 2) == [0xFF, 0xD9] ? nil : .beforeEndMark
  }
}
