import CInflate
import Files

/// A gzip that is unpacked while it is read.
struct GzipFile {
  private static let chunkSize = 1 << 18

  private let file: ReadableFile
  private let inflater: Inflater
  /// The bytes read from the file, of which those from `position` on are not unpacked yet.
  private var chunk: [UInt8] = []
  private var position = 0
  private var readCount = 0
  private var isAtEnd = false

  init(_ path: String) throws(METEORError) {
    do throws(FileError) {
      file = try ReadableFile(path)
    } catch {
      throw METEORError(path, .unreadable(error))
    }
    inflater = try Inflater(CINFLATE_GZIP, path: path)
  }

  /// Unpacks the next bytes into `output`, which must have room; returns their number, 0 at the end.
  mutating func read(into output: UnsafeMutableRawBufferPointer) throws(METEORError) -> Int {
    var writtenCount = 0
    while writtenCount < output.count, !isAtEnd {
      if position == chunk.count { try readChunk() }
      let room = UnsafeMutableRawBufferPointer(rebasing: output[writtenCount...])
      let step = try chunk.withUnsafeBufferPointer { bytes throws(METEORError) in
        let rest = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[position...]))
        return try inflater.next(rest, into: room)
      }
      position += step.readCount
      writtenCount += step.writtenCount
      if step.status == CINFLATE_END {
        if position < chunk.count {
          throw METEORError(file.path, .damagedGzip("something else follows"))
        }
        isAtEnd = readCount >= file.status.byteCount
      }
    }
    return writtenCount
  }

  private mutating func readChunk() throws(METEORError) {
    do throws(FileError) {
      chunk = try file.bytes(readCount..<readCount + Self.chunkSize)
    } catch {
      throw METEORError(file.path, .unreadable(error))
    }
    if chunk.isEmpty { throw METEORError(file.path, .damagedGzip("its end is missing")) }
    readCount += chunk.count
    position = 0
  }
}
