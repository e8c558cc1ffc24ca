import Glibc

/// The bytes of a file that can be read at any place: an open file, part of one, or memory.
struct MediaBytes: ~Copyable {
  /// Below 0 where they are in memory.
  let descriptor: Int32
  /// Those of the open file that count.
  let range: Range<Int>
  let memory: UnsafeRawBufferPointer?
  private let ownsDescriptor: Bool
  private let ownsMemory: Bool

  /// Opens what `source` names; what is no file is held in memory.
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

  /// Bytes in memory that stays the caller's.
  init(borrowing bytes: UnsafeRawBufferPointer) {
    (descriptor, ownsDescriptor) = (-1, false)
    (memory, ownsMemory) = (bytes, false)
    range = 0..<bytes.count
  }

  /// Part of an open file, which stays open.
  init(of descriptor: Int32, _ range: Range<Int>) {
    (self.descriptor, self.range) = (descriptor, range)
    (memory, ownsDescriptor, ownsMemory) = (nil, false, false)
  }

  /// The same bytes, which stay where they are as long as this does.
  func again() -> MediaBytes {
    if let memory { return MediaBytes(borrowing: memory) }
    return MediaBytes(of: descriptor, range)
  }

  deinit {
    if ownsDescriptor { close(descriptor) }
    if ownsMemory { memory?.deallocate() }
  }

  /// At most `count` bytes from the beginning.
  func firstBytes(_ count: Int) -> [UInt8] { bytes(count, at: 0) }

  /// At most `count` bytes from `offset`, which may lie anywhere; fewer where they cannot be read.
  func bytes(_ count: Int, at offset: Int) -> [UInt8] {
    guard (0..<range.count).contains(offset) else { return [] }
    let count = min(count, range.count - offset)
    if let memory { return Array(memory[offset..<offset + count]) }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, read in
      let start = off_t(range.lowerBound + offset)
      read = max(0, pread(descriptor, buffer.baseAddress, count, start))
    }
  }

  /// One byte; nil where there is none.
  func byte(at offset: Int) -> UInt8? {
    if let memory { return memory.indices.contains(offset) ? memory[offset] : nil }
    return bytes(1, at: offset).first
  }

  /// What the file is, by how it begins.
  var format: MediaFormat? {
    let tag = tagByteCount
    // Nearly all tell it at once.
    let found = MediaFormat(recognizing: bytes(512, at: tag))
    let format = found ?? MediaFormat(recognizing: bytes(MediaFormat.headByteCount, at: tag))
    return tag == 0 || format?.isVideo == true ? format : nil
  }

  /// Of a tag in front of all else.
  private var tagByteCount: Int { MediaFormat.tagByteCount(in: firstBytes(10)) ?? 0 }

  /// Where the clip begins, behind a tag and what is left of a packet before the first whole one.
  func beginning(_ format: MediaFormat?) -> Int {
    let tag = tagByteCount
    guard [.mpegTransport, .mpegProgram, .dv].contains(format) else { return tag }
    let stream = StreamBeginning(of: bytes(MediaFormat.headByteCount, at: tag))
    return tag + (stream?.format == format ? stream?.offset ?? 0 : 0)
  }
}
