extension PNGStructure {
  /// A minimal PNG file of the same image: header, palette, transparency and image data, in valid chunks.
  ///
  /// libpng gets this file instead of the original, so that its chunk parsers never see untrusted bytes.
  /// Checksums are left out, as the decoder does not verify them.
  var plainFile: [UInt8] {
    var file = Self.signature
    file.reserveCapacity(imageData.count + 2048)
    let header = [size.width, size.height].flatMap(bigEndian32)
    file.appendChunk(
      .header, header + [UInt8(bitDepth), UInt8(colorType), 0, 0, isInterlaced ? 1 : 0])
    if colorType == 3 { file.appendChunk(.palette, usablePalette) }
    if let transparency = usableTransparency { file.appendChunk(.transparency, transparency) }
    file.appendChunk(.imageData, imageData)
    file.appendChunk(.end, [])
    return file
  }

  /// The complete palette entries that the bit depth can address; a grey ramp if there are none, as in
  /// Pillow.
  private var usablePalette: [UInt8] {
    let colors = min(palette.count / 3, 1 << bitDepth)
    guard colors > 0 else {
      return (0..<1 << bitDepth).flatMap { Array(repeating: UInt8($0), count: 3) }
    }
    return Array(palette.prefix(colors * 3))
  }

  private var usableTransparency: [UInt8]? {
    guard let transparency, !transparency.isEmpty else { return nil }
    switch colorType {
    case 0: return Array(transparency.prefix(2))
    case 2: return Array(transparency.prefix(6))
    case 3: return Array(transparency.prefix(usablePalette.count / 3))
    default: return nil
    }
  }
}

extension [UInt8] {
  fileprivate mutating func appendChunk(_ name: PNGChunkName, _ data: some Collection<UInt8>) {
    self += bigEndian32(data.count)
    self += name.bytes
    self += data
    self += [0, 0, 0, 0]
  }
}

private func bigEndian32(_ number: Int) -> [UInt8] {
  [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
}
