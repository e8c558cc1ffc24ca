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
