/// The crop, rotation and mirroring of a HEIF file's primary image, in file order (ISO/IEC 23008-12: clap,
/// irot, imir).
///
/// libheif can apply them, but version 1.15 fails in two cases. If only the colour item has them, as in files
/// of avifenc, it drops the alpha item for its different size. If the tiles of a grid have them as well, it
/// rotates each tile and then the whole image again. So libheif gets a file without transformations, and they
/// are applied here.
struct HEIFTransformations {
  enum Step: Equatable {
    /// The centre of the visible part relative to the image's centre, and the size of that part, in pixels.
    case crop(x: Double, y: Double, width: Double, height: Double)
    case turn(ImageOrientation)
  }
  private(set) var steps: [Step] = []
  /// Bytes that neutralise the transformations in the file, and the offsets to write them to.
  private var patches: [(place: Int, bytes: [UInt8])] = []

  init(_ bytes: borrowing MediaBytes) {
    guard let meta = bytes.boxes(0..<bytes.range.count)["meta"]?.first else { return }
    // Skips the version and flags.
    let parts = bytes.boxes(meta.dropFirst(4))
    guard let pitm = parts["pitm"]?.first, let iprp = parts["iprp"]?.first else { return }
    var reader = bytes.reader(8, at: pitm.lowerBound)
    guard let version = reader.bigEndian32(),
      let item = version >> 24 == 0 ? reader.bigEndian16() : reader.bigEndian32()
    else { return }
    let lists = bytes.boxes(iprp)
    guard let ipco = lists["ipco"]?.first else { return }
    let properties = bytes.boxList(ipco)
    let own = (lists["ipma"] ?? []).flatMap { bytes.associations($0, of: item) }
      .compactMap { properties.indices.contains($0 - 1) ? properties[$0 - 1] : nil }
    steps = own.compactMap { bytes.step($0) }
    let size = own.first { $0.name == "ispe" }.map { bytes.bytes(8, at: $0.content.lowerBound + 4) }
    for (name, content) in own {
      if name == "irot" { patches.append((content.lowerBound, [0])) }
      // No `imir` value means "no mirroring", so the box becomes an `irot` box, of the same length, by 0
      // degrees.
      if name == "imir" { patches.append((content.lowerBound - 4, Array("irot".utf8) + [0])) }
      if name == "clap", let size, size.count == 8, content.count >= 32 {
        let one: [UInt8] = [0, 0, 0, 1]
        let nothing = [UInt8](repeating: 0, count: 4) + one
        patches.append(
          (content.lowerBound, size[..<4] + one + size[4...] + one + nothing + nothing))
      }
    }
  }

  /// The file with its transformations neutralised.
  func removed(from file: [UInt8]) -> [UInt8] {
    var file = file
    for patch in patches where patch.place + patch.bytes.count <= file.count {
      file.replaceSubrange(patch.place..<patch.place + patch.bytes.count, with: patch.bytes)
    }
    return file
  }
}

extension Image {
  /// Returns the image after one transformation.
  func transformed(_ step: HEIFTransformations.Step) -> Image {
    switch step {
    case .turn(let orientation): return turned(orientation)
    case .crop(let x, let y, let partWidth, let partHeight):
      func side(_ wanted: Double, _ all: Int) -> Int {
        Int(min(max(wanted.rounded(), 1), Double(all)))
      }
      func start(_ middle: Double, _ side: Int, _ all: Int) -> Int {
        let place = Double(all - 1) / 2 + middle - Double(side - 1) / 2
        return Int(min(max(place.rounded(), 0), Double(all - side)))
      }
      let (w, h) = (side(partWidth, width), side(partHeight, height))
      return cropped(
        to: PixelRectangle(x: start(x, w, width), y: start(y, h, height), width: w, height: h))
    }
  }
}

extension MediaBytes {
  /// The boxes in a range of the file: names, and ranges of their content.
  fileprivate func boxList(_ part: Range<Int>) -> [(name: String, content: Range<Int>)] {
    var (position, list): (Int, [(String, Range<Int>)]) = (part.lowerBound, [])
    while list.count < 1 << 16 {
      var header = reader(16, at: position)
      guard var size = header.bigEndian32(), let name = header.fourLetters() else { break }
      if size == 1 { size = header.bigEndian64() ?? 0 }
      let start = position + header.position
      let end = size == 0 ? part.upperBound : position + min(size, part.upperBound - position)
      guard end >= start else { break }
      list.append((name, start..<end))
      position = end
      guard position < part.upperBound else { break }
    }
    return list
  }

  func boxes(_ part: Range<Int>) -> [String: [Range<Int>]] {
    Dictionary(grouping: boxList(part), by: \.name).mapValues { $0.map(\.content) }
  }

  /// The property indices associated with `item`, counted from 1.
  fileprivate func associations(_ ipma: Range<Int>, of item: Int) -> [Int] {
    var reader = ByteReader(bytes(ipma.count, at: ipma.lowerBound))
    guard let kind = reader.bigEndian32(), let count = reader.bigEndian32() else { return [] }
    for _ in 0..<count {
      guard let id = kind >> 24 == 0 ? reader.bigEndian16() : reader.bigEndian32(),
        let length = reader.byte()
      else { return [] }
      var numbers: [Int] = []
      for _ in 0..<length {
        // The highest bit marks an essential property.
        guard let number = kind & 1 == 0 ? reader.byte() : reader.bigEndian16() else { return [] }
        numbers.append(number & (kind & 1 == 0 ? 0x7F : 0x7FFF))
      }
      if id == item { return numbers }
    }
    return []
  }

  fileprivate func step(
    _ property: (name: String, content: Range<Int>)
  ) -> HEIFTransformations.Step? {
    let start = property.content.lowerBound
    switch property.name {
    case "irot":
      let orientations: [ImageOrientation] = [.upright, .turnedRight, .upsideDown, .turnedLeft]
      return byte(at: start).map { .turn(orientations[Int($0 & 3)]) }
    case "imir":
      return byte(at: start).map { .turn($0 & 1 == 0 ? .upsideDownMirrored : .mirrored) }
    case "clap":
      var reader = reader(32, at: start)
      func fraction() -> Double? {
        guard let above = reader.bigEndian32(), let below = reader.bigEndian32(), below > 0 else {
          return nil
        }
        return Double(Int32(truncatingIfNeeded: above)) / Double(below)
      }
      guard let width = fraction(), let height = fraction(), let x = fraction(),
        let y = fraction()
      else { return nil }
      return .crop(x: x, y: y, width: width, height: height)
    default: return nil
    }
  }
}
