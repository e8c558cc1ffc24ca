import CInflate
import Files

/// A zip archive in memory whose members are stored or deflated, as those of a jar are.
struct ZipArchive {
  let path: String
  private let bytes: [UInt8]
  private let records: [String: ZipRecords.Record]

  init(_ path: String) throws(METEORError) {
    self.path = path
    let bytes = try fileBytes(path)
    self.bytes = bytes
    do throws(ZipProblem) {
      records = try bytes.withUnsafeBufferPointer { bytes throws(ZipProblem) in
        try ZipRecords(UnsafeRawBufferPointer(bytes)).records
      }
    } catch {
      throw METEORError(path, .damagedJar(error.reason))
    }
  }

  /// Returns the bytes of the member `name`; nil if there is none.
  func member(_ name: String) throws(METEORError) -> [UInt8]? {
    guard let record = records[name] else { return nil }
    let packed = bytes[record.range]
    let member = try record.isCompressed ? inflated(packed, count: record.byteCount) : Array(packed)
    guard member.count == record.byteCount,
      cinflate_checksum(member, member.count) == record.checksum
    else { throw METEORError(path, .damagedJar("the checksum of \(name) differs")) }
    return member
  }

  /// Returns the decompressed bytes, of which there should be `count`.
  private func inflated(
    _ packed: ArraySlice<UInt8>, count: Int
  ) throws(METEORError) -> [UInt8] {
    // Deflate shrinks to a thousandth at most; a directory that claims more is damaged.
    guard count <= packed.count * 1100 + 64 else {
      throw METEORError(path, .damagedJar("a size in its directory is wrong"))
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
}

extension ZipProblem {
  fileprivate var reason: String {
    switch self {
    case .damaged(let what): "it \(what)"
    case .overlap(let what): "\(what) share bytes"
    case .truncated: "its end is missing"
    }
  }
}
