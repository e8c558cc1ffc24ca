import Glibc

/// Reads the lines of a file in order, in constant memory.
package struct LineReader: Sendable {
  private static let chunkSize = 1 << 18

  private let file: ReadableFile
  private let separator: UInt8
  private let limit: Int
  /// The bytes read from the file but not yet returned.
  private var chunk: [UInt8] = []
  private var position = 0
  private var readCount = 0
  /// The offset of the next line, in bytes.
  package private(set) var offset = 0
  /// True if the last returned line ended with the file rather than with a separator.
  package private(set) var isTorn = false

  /// - Parameters:
  ///   - file: The file to read.
  ///   - separator: The byte that ends a line.
  ///   - limit: The maximum length of a line in bytes.
  package init(_ file: ReadableFile, separator: UInt8 = UInt8(ascii: "\n"), limit: Int) {
    (self.file, self.separator, self.limit) = (file, separator, limit)
  }

  /// Returns the next line without its separator; nil after the last.
  package mutating func next() throws(FileError) -> ArraySlice<UInt8>? {
    var searched = position
    while true {
      if let end = end(from: searched) {
        let line = chunk[position..<end]
        offset += line.count + 1
        position = end + 1
        return line
      }
      let rest = chunk.count - position
      guard rest <= limit else {
        throw FileError(file.path, .tooLarge(byteCount: rest, limit: limit))
      }
      let more = try file.bytes(readCount..<readCount + max(Self.chunkSize, rest))
      readCount += more.count
      chunk = rest == 0 ? more : chunk[position...] + more
      (position, searched) = (0, rest)
      if more.isEmpty { return lastLine() }
    }
  }

  /// Returns the index of the next separator in the chunk; `memchr` is ten times as fast as a loop.
  private func end(from start: Int) -> Int? {
    chunk.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress,
        let found = memchr(base + start, Int32(separator), bytes.count - start)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }

  private mutating func lastLine() -> ArraySlice<UInt8>? {
    guard !chunk.isEmpty else { return nil }
    defer { (chunk, position) = ([], 0) }
    offset += chunk.count
    isTorn = true
    return chunk[...]
  }
}
