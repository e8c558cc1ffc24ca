/// The segments of a JPEG before its first scan.
///
/// Accepts and rejects the same files as Pillow.
struct JPEGHeader: Equatable {
  /// The stored size in pixels; the upright image may have its sides exchanged.
  var size = PixelSize(width: 0, height: 0)
  /// The number of components: 1 for greyscale, 3 for colour, 4 for CMYK.
  var componentCount = 0
  /// True if the image has more than one scan, so that no row is complete until all are decoded.
  var hasSeveralScans = false
  /// The offset of the first scan's compressed data.
  var scanStart = 0
  var exif: [UInt8]?
  var xmp: [UInt8]?

  var orientation: ImageOrientation {
    OrientationMetadata(exif: exif, xmp: xmp).orientation
  }

  var uprightSize: PixelSize { orientation.exchangesSides ? size.transposed : size }
}

extension JPEGHeader {
  /// Reads the segments up to the first scan.
  init(parsing bytes: [UInt8]) throws(StillImageProblem) {
    guard bytes.count >= 3 else { throw Self.truncated }
    guard bytes.starts(with: [0xFF, 0xD8, 0xFF]) else {
      throw Self.corrupt("no marker follows its first two bytes")
    }
    var reader = ByteReader(bytes, from: 2)
    while true {
      let marker = try reader.nextMarker()
      switch marker {
      case 0xDA:
        try readScan(bytes, try reader.segment())
        try checkFrame()
        return
      case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF, 0xDE:
        try readFrame(bytes[try reader.segment()], marker)
      case 0xDB:
        try checkQuantizationTables(bytes[try reader.segment()])
      case 0xE1:
        readApplicationSegment(bytes[try reader.segment()])
      case 0xC4, 0xCC, 0xDC, 0xDD, 0xDF, 0xE0, 0xE2...0xEF, 0xFE:
        _ = try reader.segment()
      case 0xF7: throw Self.unsupported("JPEG-LS")
      case 0xC8, 0xD0...0xD9, 0xF0...0xFD:
        break  // these have no payload
      default:
        throw Self.corrupt("its header holds a byte that is no marker")
      }
    }
  }

  private mutating func readFrame(
    _ segment: ArraySlice<UInt8>, _ marker: Int
  ) throws(StillImageProblem) {
    let frame = Array(segment.prefix(6))
    guard frame.count == 6, segment.count.isMultiple(of: 3) else {
      throw Self.corrupt("its frame header has the wrong length")
    }
    // Checked before the bit depth, as lossless images often have more than 8 bits.
    guard marker & 3 != 3 else { throw Self.unsupported("lossless JPEG") }
    let isHierarchical = marker == 0xDE || [0xC4, 0xCC].contains(marker & 0xFC)
    guard !isHierarchical else { throw Self.unsupported("hierarchical JPEG") }
    switch frame[0] {
    case 8: break
    case 2...16: throw Self.unsupported("\(frame[0])-bit JPEG")
    default: throw Self.corrupt("its header says \(frame[0]) bits")
    }
    componentCount = Int(frame[5])
    switch componentCount {
    case 1, 3, 4: break
    case 2: throw Self.unsupported("JPEG with 2 components")
    default: throw Self.corrupt("its header says \(componentCount) components")
    }
    size = PixelSize(
      width: Int(frame[3]) << 8 | Int(frame[4]), height: Int(frame[1]) << 8 | Int(frame[2]))
    hasSeveralScans = marker & 3 == 2
  }

  private mutating func readScan(
    _ bytes: [UInt8], _ segment: Range<Int>
  ) throws(StillImageProblem) {
    scanStart = segment.upperBound
    if let count = bytes[segment].first, count < componentCount { hasSeveralScans = true }
  }

  private func checkFrame() throws(StillImageProblem) {
    guard componentCount > 0 else { throw Self.corrupt("it has no frame header") }
    guard size.width > 0 && size.height > 0 else {
      throw Self.corrupt("its header says \(size.width) x \(size.height) pixels")
    }
  }

  private func checkQuantizationTables(
    _ segment: ArraySlice<UInt8>
  ) throws(StillImageProblem) {
    var rest = segment
    while let first = rest.first {
      let tableSize = 1 + 64 * (first >> 4 == 0 ? 1 : 2)
      guard rest.count >= tableSize else {
        throw Self.corrupt("one of its quantization tables is cut short")
      }
      rest = rest.dropFirst(tableSize)
    }
  }

  private mutating func readApplicationSegment(_ segment: ArraySlice<UInt8>) {
    if segment.starts(with: Array("Exif\0\0".utf8)) {
      // A block too long for one segment continues in the next. It is appended in place, as a file may hold
      // thousands of segments.
      if exif == nil { exif = [] }
      exif?.append(contentsOf: segment.dropFirst(6))
    } else if segment.starts(with: Array("http://ns.adobe.com/xap/1.0/\0".utf8)) {
      xmp = Array(segment.drop { $0 != 0 })
    }
  }

  fileprivate static let truncated = StillImageProblem(
    .truncated, "not a complete JPEG (ends inside its header)")

  fileprivate static func corrupt(_ reason: String) -> StillImageProblem {
    StillImageProblem(.corrupt, "a damaged JPEG: \(reason)")
  }

  private static func unsupported(_ kind: String) -> StillImageProblem {
    StillImageProblem(
      .unsupported, "a \(kind), which is not supported",
      remedy: "Convert it to an ordinary 8-bit JPEG.")
  }
}

extension ByteReader {
  /// Returns the second byte of the next marker, skipping padding and garbage.
  fileprivate mutating func nextMarker() throws(StillImageProblem) -> Int {
    while let first = byte() {
      guard first == 0xFF else { continue }
      while let second = byte() {
        if second == 0 { break }
        if second != 0xFF { return second }
      }
    }
    throw JPEGHeader.truncated
  }

  /// Returns the range of the payload of the segment that follows a marker.
  fileprivate mutating func segment() throws(StillImageProblem) -> Range<Int> {
    guard let length = bigEndian16(), let range = range(max(length - 2, 0)) else {
      throw JPEGHeader.truncated
    }
    return range
  }
}
