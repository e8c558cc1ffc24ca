import CInflate

/// A zip archive in memory, as far as a jar needs it: members that are stored or deflated, of less than 4 GB.
struct ZipArchive {
  let path: String
  private let bytes: [UInt8]

  init(_ path: String) throws(METEORError) {
    self.path = path
    bytes = try fileBytes(path)
  }

  /// Returns the bytes of the member `name`; nil if there is none.
  func member(_ name: String) throws(METEORError) -> [UInt8]? {
    let end = try directoryEnd()
    var place = try number(at: end + 16, size: 4)
    for _ in 0..<(try number(at: end + 10, size: 2)) {
      guard try number(at: place, size: 4) == 0x0201_4B50 else {
        throw failure("its directory is damaged")
      }
      let nameCount = try number(at: place + 28, size: 2)
      if try part(at: place + 46, size: nameCount).elementsEqual(name.utf8) {
        return try unpacked(place, name)
      }
      place +=
        try 46 + nameCount + number(at: place + 30, size: 2) + number(at: place + 32, size: 2)
    }
    return nil
  }

  /// Returns the place of the record that ends the directory.
  private func directoryEnd() throws(METEORError) -> Int {
    // A comment of up to 65,535 bytes may follow.
    var end = bytes.count - 22
    while end >= 0, end >= bytes.count - 22 - 65_535 {
      if try number(at: end, size: 4) == 0x0605_4B50 { return end }
      end -= 1
    }
    throw failure("it is no zip archive")
  }

  /// Returns the bytes of the member whose entry in the directory is at `entry`.
  private func unpacked(_ entry: Int, _ name: String) throws(METEORError) -> [UInt8] {
    let method = try number(at: entry + 10, size: 2)
    let count = try number(at: entry + 24, size: 4)
    let header = try number(at: entry + 42, size: 4)
    let start =
      try header + 30 + number(at: header + 26, size: 2) + number(at: header + 28, size: 2)
    let packed = try part(at: start, size: number(at: entry + 20, size: 4))
    let member = try method == 0 ? Array(packed) : inflated(packed, count: count)
    let checksum = Int(cinflate_checksum(member, member.count))
    guard member.count == count, checksum == (try number(at: entry + 16, size: 4)) else {
      throw failure("the checksum of \(name) differs")
    }
    return member
  }

  /// Returns the decompressed bytes, of which there should be `count`.
  private func inflated(
    _ packed: ArraySlice<UInt8>, count: Int
  ) throws(METEORError) -> [UInt8] {
    // Deflate shrinks to a thousandth at most; a directory that claims more is damaged.
    guard count <= packed.count * 1100 + 64 else {
      throw failure("a size in its directory is wrong")
    }
    let inflater = try Inflater(CINFLATE_RAW, path: path)
    // One byte more, to notice what is longer.
    var bytes = [UInt8](repeating: 0, count: count + 1)
    let step = try packed.withUnsafeBufferPointer { input throws(METEORError) in
      try bytes.withUnsafeMutableBufferPointer { output throws(METEORError) in
        try inflater.next(
          UnsafeRawBufferPointer(input), into: UnsafeMutableRawBufferPointer(output))
      }
    }
    return step.status == CINFLATE_END ? Array(bytes[..<step.writtenCount]) : []
  }

  private func number(at place: Int, size: Int) throws(METEORError) -> Int {
    try part(at: place, size: size).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  private func part(at place: Int, size: Int) throws(METEORError) -> ArraySlice<UInt8> {
    guard place >= 0, place + size <= bytes.count else { throw failure("its end is missing") }
    return bytes[place..<place + size]
  }

  private func failure(_ reason: String) -> METEORError { METEORError(path, .damagedJar(reason)) }
}
