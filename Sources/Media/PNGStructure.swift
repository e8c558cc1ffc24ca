/// The parts of a PNG file that define the image, found by walking its chunks.
///
/// Accepts and rejects the same files as Pillow. Checksums are verified before the image data and in critical
/// chunks; damage in ancillary chunks is an error only in strict reading. Colour profiles and text are
/// skipped without decompressing them, except for a text chunk that may hold EXIF.
struct PNGStructure {
  var size = PixelSize(width: 0, height: 0)
  private(set) var bitDepth = 0
  private(set) var colorType = 0
  private(set) var isInterlaced = false
  /// The palette as RGB triples, as stored.
  private(set) var palette: [UInt8] = []
  /// The transparent colour, or the alpha of each palette entry.
  private(set) var transparency: [UInt8]?
  /// The colour primaries and the transfer function in the numbers of H.273; nil without a cICP chunk.
  private(set) var coding: (primaries: Int32, transfer: Int32)?
  /// The compressed image data, joined from all IDAT chunks.
  private(set) var imageData: [UInt8] = []
  private var metadata = OrientationMetadata()
  private var rawProfile: [UInt8]?
  /// Damage that is an error in strict reading, although all pixels may be decodable.
  private(set) var damage: StillImageProblem?

  var orientation: ImageOrientation {
    OrientationMetadata(exif: metadata.exif ?? rawProfile, xmp: metadata.xmp).orientation
  }
}

extension PNGStructure {
  /// The 8-byte signature; its line ends reveal a text-mode transfer.
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  init(parsing bytes: [UInt8]) throws(StillImageProblem) {
    guard bytes.starts(with: Self.signature) else {
      throw Self.corrupt("its signature was changed, as by a transfer in text mode")
    }
    var reader = ByteReader(bytes, from: 8)
    let firstImageData = try readHeader(&reader)
    try checkHeader()
    readImageData(&reader, first: firstImageData)
    readTrailer(&reader)
  }

  /// Reads the chunks in front of the image data, and returns the first image data chunk.
  private mutating func readHeader(
    _ reader: inout ByteReader
  ) throws(StillImageProblem) -> PNGChunk {
    while true {
      guard let chunk = reader.pngChunk() else { throw Self.truncatedHeader }
      if !chunk.name.isPlausible {
        guard chunk.name.isASCII else {
          throw Self.corrupt("its header holds no valid chunk")
        }
        damage = damage ?? .damaged("PNG", "impossible chunk name")
      }
      switch chunk.name {
      case .imageData: return chunk
      case .end: throw Self.corrupt("it holds no image data")
      default: break
      }
      guard let range = reader.range(chunk.length) else { throw Self.truncatedHeader }
      let data = reader.bytes[range]
      guard let checksum = reader.bigEndian32() else { throw Self.truncatedHeader }
      if checksum != reader.checksum(chunk.nameRange.lowerBound..<range.upperBound) {
        try refuse("wrong checksum", in: chunk)
      }
      try read(chunk, data)
    }
  }

  private mutating func read(
    _ chunk: PNGChunk, _ data: ArraySlice<UInt8>
  ) throws(StillImageProblem) {
    if data.count < Self.smallestSizes[chunk.name] ?? 0 {
      return try refuse("too short", in: chunk)
    }
    switch chunk.name {
    case .apple:
      throw StillImageProblem(
        .unsupported, "a PNG as Apple's devices have it, which is not supported",
        remedy: StillImageProblem.convert)
    case .header: try readSize(Array(data))
    case .palette: palette = Array(data)
    case .transparency:
      let smallest = colorType == 2 ? 6 : colorType == 0 ? 2 : 0
      if data.count < smallest { return try refuse("too short", in: chunk) }
      transparency = Array(data)
    case .coding:
      let numbers = data.prefix(2).map { Int32($0) }
      coding = (primaries: numbers[0], transfer: numbers[1])
    default: readMetadata(chunk, data)
    }
  }

  private mutating func readMetadata(_ chunk: PNGChunk, _ data: ArraySlice<UInt8>) {
    metadata.read(chunk, data)
    // Only the first profile is kept, as a file may hold a million.
    rawProfile = rawProfile ?? PNGRawProfile.exif(chunk, data)
  }

  /// Throws if `chunk` is critical, and records the damage otherwise.
  private mutating func refuse(
    _ reason: String, in chunk: PNGChunk
  ) throws(StillImageProblem) {
    let place =
      chunk.name.isPlausible ? "chunk \(chunk.name.text)" : "a chunk without a proper name"
    guard !chunk.name.isCritical else { throw Self.corrupt("\(reason) in \(place)") }
    damage = damage ?? .damaged("PNG", "\(reason) in \(place)")
  }

  private mutating func readSize(_ header: [UInt8]) throws(StillImageProblem) {
    var reader = ByteReader(header)
    size = PixelSize(width: reader.bigEndian32() ?? 0, height: reader.bigEndian32() ?? 0)
    (bitDepth, colorType) = (Int(header[8]), Int(header[9]))
    guard header[11] == 0 else { throw Self.corrupt("it uses an unknown filter method") }
    isInterlaced = header[12] != 0
  }

  private func checkHeader() throws(StillImageProblem) {
    guard let depths = Self.bitDepths[colorType], depths.contains(bitDepth) else {
      throw Self.corrupt("no pixels have \(bitDepth) bits in colour type \(colorType)")
    }
    guard size.width > 0 && size.height > 0 else {
      throw Self.corrupt("its header says \(size.width) x \(size.height) pixels")
    }
  }

  /// Reads the consecutive image data chunks from `first` on.
  private mutating func readImageData(_ reader: inout ByteReader, first: PNGChunk) {
    var chunk = first
    while true {
      guard let range = reader.range(chunk.length) else {
        imageData += reader.bytes[reader.position...]
        reader.position = reader.end
        return
      }
      imageData += reader.bytes[range]
      _ = reader.bigEndian32()
      let next = reader.position
      guard let following = reader.pngChunk(), following.name == .imageData else {
        reader.position = next
        return
      }
      chunk = following
    }
  }

  /// Reads the chunks after the image data.
  ///
  /// They may hold metadata. A file without an end chunk is truncated.
  private mutating func readTrailer(_ reader: inout ByteReader) {
    while let chunk = reader.pngChunk() {
      guard chunk.name.isPlausible else { return }  // garbage, ignored as in Pillow
      guard let range = reader.range(chunk.length), reader.bigEndian32() != nil else { break }
      if chunk.name == .end { return }
      readMetadata(chunk, reader.bytes[range])
    }
    damage = damage ?? .incomplete("PNG", ends: "before its end chunk")
  }

  private static let bitDepths: [Int: Set<Int>] = [
    0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16],
  ]

  private static let smallestSizes: [PNGChunkName: Int] = [
    .header: 13, "gAMA": 4, "cHRM": 32, "sRGB": 1, "pHYs": 9, "acTL": 8, "fcTL": 26,
    .coding: 4,
  ]

  private static let truncatedHeader = StillImageProblem(
    .truncated, "not a complete PNG (ends inside its header)")

  private static func corrupt(_ reason: String) -> StillImageProblem {
    StillImageProblem(.corrupt, "a damaged PNG: \(reason)")
  }
}

extension OrientationMetadata {
  fileprivate mutating func read(_ chunk: PNGChunk, _ data: ArraySlice<UInt8>) {
    if chunk.name == .exif { exif = Array(data) }
    if chunk.name == .text, data.starts(with: Array("XML:com.adobe.xmp\0".utf8)) {
      xmp = Array(data)
    }
  }
}
