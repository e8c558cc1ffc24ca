import Glibc

/// Random access to the bytes of an open file, a range of it, or memory.
struct MediaBytes: ~Copyable {
  /// The file descriptor; negative if the bytes are in memory.
  let descriptor: Int32
  /// The range of the open file that is read.
  let range: Range<Int>
  let memory: UnsafeRawBufferPointer?
  private let ownsDescriptor: Bool
  private let ownsMemory: Bool

  /// Opens `source`; a source that is not a file is read into memory.
  init(_ source: MediaSource) throws(MediaError) {
    if let opened = try source.opened(atMost: .max) {
      (descriptor, ownsDescriptor, memory) = (opened.descriptor, true, nil)
      (range, ownsMemory) = (opened.range, false)
    } else {
      let bytes = try source.bytes(atMost: StillImageOptions().maximumFileBytes)
      let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
      copy.copyBytes(from: bytes)
      (descriptor, ownsDescriptor, memory) = (-1, false, UnsafeRawBufferPointer(copy))
      (range, ownsMemory) = (0..<bytes.count, true)
    }
  }

  /// Creates a view of memory that the caller owns.
  init(borrowing bytes: UnsafeRawBufferPointer) {
    (descriptor, ownsDescriptor) = (-1, false)
    (memory, ownsMemory) = (bytes, false)
    range = 0..<bytes.count
  }

  /// Creates a view of a range of an open file, which stays the caller's to close.
  init(of descriptor: Int32, _ range: Range<Int>) {
    (self.descriptor, self.range) = (descriptor, range)
    (memory, ownsDescriptor, ownsMemory) = (nil, false, false)
  }

  /// Returns another view of the same bytes, valid only as long as this value.
  func again() -> MediaBytes {
    if let memory { return MediaBytes(borrowing: memory) }
    return MediaBytes(of: descriptor, range)
  }

  deinit {
    if ownsDescriptor { close(descriptor) }
    if ownsMemory { memory?.deallocate() }
  }

  /// Returns at most the first `count` bytes.
  func firstBytes(_ count: Int) -> [UInt8] { bytes(count, at: 0) }

  /// Returns at most `count` bytes from `offset`; fewer at the end or if reading fails, none if `offset` is
  /// out of range.
  func bytes(_ count: Int, at offset: Int) -> [UInt8] {
    guard (0..<range.count).contains(offset) else { return [] }
    let count = min(count, range.count - offset)
    if let memory { return Array(memory[offset..<offset + count]) }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, read in
      let start = off_t(range.lowerBound + offset)
      read = max(0, pread(descriptor, buffer.baseAddress, count, start))
    }
  }

  /// Returns the byte at `offset`; nil beyond the end.
  func byte(at offset: Int) -> UInt8? {
    if let memory { return memory.indices.contains(offset) ? memory[offset] : nil }
    return bytes(1, at: offset).first
  }

  /// The format recognised from the first bytes.
  var format: MediaFormat? {
    let tag = tagByteCount
    // Nearly all formats are recognised from 512 bytes.
    let found = MediaFormat(recognizing: bytes(512, at: tag))
    let format = found ?? MediaFormat(recognizing: bytes(MediaFormat.headByteCount, at: tag))
    return tag == 0 || format?.isVideo == true ? format : nil
  }

  /// The size in bytes of an ID3v2 tag at the start; 0 if there is none.
  private var tagByteCount: Int { MediaFormat.tagByteCount(in: firstBytes(10)) ?? 0 }

  /// Returns the offset of the first whole packet of a clip, after any tag and the rest of a cut packet.
  func beginning(_ format: MediaFormat?) -> Int {
    let tag = tagByteCount
    guard [.mpegTransport, .mpegProgram, .dv].contains(format) else { return tag }
    let stream = StreamBeginning(of: bytes(MediaFormat.headByteCount, at: tag))
    return tag + (stream?.format == format ? stream?.offset ?? 0 : 0)
  }
}
