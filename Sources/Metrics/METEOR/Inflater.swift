import CInflate
import Files

/// Decompression in parts, of gzip or of a member of a zip archive.
///
/// A class, because it owns zlib's state. Not sendable: it belongs to one function.
final class Inflater {
  private let state: OpaquePointer
  private let path: String

  init(_ form: CInflateForm, path: String) throws(METEORError) {
    guard let state = cinflate_begin(form) else { throw METEORError(path, .noMemory) }
    (self.state, self.path) = (state, path)
  }

  deinit { cinflate_end(state) }

  /// The progress of one call.
  struct Step {
    let status: CInflateStatus
    /// The number of bytes used.
    let readCount: Int
    /// The number of bytes decompressed.
    let writtenCount: Int
  }

  /// Decompresses as much of `input` as fits into `output`.
  func next(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(METEORError) -> Step {
    guard let from = input.baseAddress, let to = output.baseAddress else {
      return Step(status: CINFLATE_NEEDS_INPUT, readCount: 0, writtenCount: 0)
    }
    var (inputCount, outputCount) = (input.count, output.count)
    let status = cinflate_next(
      state, from.assumingMemoryBound(to: UInt8.self), &inputCount,
      to.assumingMemoryBound(to: UInt8.self), &outputCount)
    if status == CINFLATE_NO_MEMORY { throw METEORError(path, .noMemory) }
    if status == CINFLATE_DAMAGED {
      throw METEORError(path, .damagedGzip(String(cString: cinflate_problem(state))))
    }
    return Step(
      status: status, readCount: input.count - inputCount,
      writtenCount: output.count - outputCount)
  }
}

/// Returns the member `name` of a zip archive in memory, unpacked; nil if there is none of this name.
///
/// Only what a jar needs: members that are stored or deflated, of less than 4 GB.
func zipMember(_ name: String, of archive: [UInt8], path: String) throws(METEORError) -> [UInt8]? {
  func number(_ place: Int, _ size: Int) throws(METEORError) -> Int {
    guard place >= 0, place + size <= archive.count else {
      throw METEORError(path, .damagedJar("its directory is cut off"))
    }
    return archive[place..<place + size].reversed().reduce(0) { $0 << 8 | Int($1) }
  }
  func part(_ place: Int, _ size: Int) throws(METEORError) -> ArraySlice<UInt8> {
    guard place >= 0, size >= 0, place + size <= archive.count else {
      throw METEORError(path, .damagedJar("a member is cut off"))
    }
    return archive[place..<place + size]
  }
  // The directory's end, behind which a comment of up to 65,535 bytes may stand.
  var end = archive.count - 22
  while end >= max(0, archive.count - 22 - 65_535), try number(end, 4) != 0x0605_4B50 { end -= 1 }
  guard end >= max(0, archive.count - 22 - 65_535) else {
    throw METEORError(path, .damagedJar("it is no zip archive"))
  }
  var entry = try number(end + 16, 4)
  for _ in 0..<(try number(end + 10, 2)) {
    guard try number(entry, 4) == 0x0201_4B50 else {
      throw METEORError(path, .damagedJar("its directory is damaged"))
    }
    let nameCount = try number(entry + 28, 2)
    if try part(entry + 46, nameCount).elementsEqual(name.utf8) {
      let header = try number(entry + 42, 4)
      let start = try header + 30 + number(header + 26, 2) + number(header + 28, 2)
      let packed = try part(start, number(entry + 20, 4))
      let isStored = try number(entry + 10, 2) == 0
      let bytes =
        try isStored ? Array(packed) : inflated(packed, count: number(entry + 24, 4), path: path)
      guard let bytes, Int(cinflate_checksum(bytes, bytes.count)) == (try number(entry + 16, 4)) else {
        throw METEORError(path, .damagedJar("the checksum of \(name) differs"))
      }
      return bytes
    }
    entry += try 46 + nameCount + number(entry + 30, 2) + number(entry + 32, 2)
  }
  return nil
}

/// Returns exactly `count` bytes; nil if the data has another number of them.
private func inflated(
  _ packed: ArraySlice<UInt8>, count: Int, path: String
) throws(METEORError) -> [UInt8]? {
  // Deflate shrinks to a thousandth at most; a directory that claims more is damaged.
  guard count <= packed.count * 1100 + 64 else { return nil }
  let inflater = try Inflater(CINFLATE_RAW, path: path)
  // One byte more, to notice what is longer.
  var bytes = [UInt8](repeating: 0, count: count + 1)
  let step = try packed.withUnsafeBufferPointer { input throws(METEORError) in
    try bytes.withUnsafeMutableBufferPointer { output throws(METEORError) in
      try inflater.next(
        UnsafeRawBufferPointer(input), into: UnsafeMutableRawBufferPointer(output))
    }
  }
  guard step.status == CINFLATE_END, step.writtenCount == count else { return nil }
  bytes.removeLast()
  return bytes
}
