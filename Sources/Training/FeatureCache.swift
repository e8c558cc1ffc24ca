import Files
import Tensors

/// What a frozen encoder sees in pictures, kept on the disk from one run to the next.
///
///     FOLDER/ENCODER/rows    one record for each picture:
///                            16 bytes that tell the picture, 8 of a checksum, F numbers in bfloat16
///
/// A picture is told by its path, size and times, so a changed one is never taken for what it was; an
/// encoder by its weights and how it is shown pictures. Records are only ever added, and what is torn or
/// damaged is as if it were not there: nothing can be lost that could not be computed again.
package struct FeatureCache: Sendable {
  /// Tells a picture.
  struct Key: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    /// Nil where there is no such file.
    init?(_ path: String) {
      guard let stamp = fileStamp(path) else { return nil }
      let bytes = Array("\(path)\0\(stamp)".utf8)
      let digest = bytes.withUnsafeBytes { SHA256.digest(of: $0) }.bytes
      (high, low) = (number(digest[0..<8]), number(digest[8..<16]))
    }

    fileprivate init(_ bytes: UnsafeRawBufferPointer) {
      high = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
      low = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    fileprivate var bytes: [UInt8] { littleEndian(high) + littleEndian(low) }
  }

  package let folder: String
  /// Of what is kept of a picture, `[F]` or `[L, F]`.
  private let shape: Shape
  private let file: MappedFile?
  private let places: [Key: Int]

  private var path: String { "\(folder)/rows" }
  private static let headSize = 24
  /// Records begin at multiples of 8.
  private var recordSize: Int { Self.recordSize(shape) }
  private static func recordSize(_ shape: Shape) -> Int {
    (headSize + 2 * shape.elementCount + 7) / 8 * 8
  }

  /// Opens the rows of one encoder, if there are any.
  ///
  /// - Parameters:
  ///   - encoder: What tells the encoder.
  ///   - shape: Of what is kept of a picture, `[F]` or `[L, F]`.
  ///   - folder: Where the caches of all encoders lie.
  package init(encoder: String, shape: Shape, in folder: String) {
    self.folder = "\(folder)/\(encoder)"
    self.shape = shape
    file = try? MappedFile("\(folder)/\(encoder)/rows")
    var places: [Key: Int] = [:]
    if let file {
      let recordSize = Self.recordSize(shape)
      for start in stride(from: 0, through: file.count - recordSize, by: recordSize) {
        file.withBytes(start..<start + 16) { places[Key($0)] = start }
      }
    }
    self.places = places
  }

  /// How large the cache is with so many pictures.
  package func byteCount(ofRows count: Int) -> Int { count * recordSize }

  /// What is known of a picture, `[1, F]` or `[1, L, F]` in bfloat16, where it lies; nil if nothing is.
  func row(_ key: Key) -> Tensor? {
    guard let file, let start = places[key] else { return nil }
    let numbers = start + Self.headSize..<start + Self.headSize + 2 * shape.elementCount
    return file.withBytes(start..<numbers.upperBound) { bytes in
      let body = UnsafeRawBufferPointer(rebasing: bytes[Self.headSize...])
      let expected = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
      guard checksum(body) == UInt64(littleEndian: expected) else { return nil }
      return Tensor(
        body, storedAs: .bfloat16, shape: [1] + shape, keepingHalves: true, keeping: file)
    }
  }

  /// Adds what has been computed; whoever opens the cache next has it.
  ///
  /// - Throws: What the file system said; nothing is lost that could not be computed again.
  package func add(_ rows: [(path: String, row: Tensor)]) throws(FileError) {
    try makeFolder(folder)
    // Whoever else is writing has the same to say.
    guard let lock = try FolderLock(folder) else { return }
    defer { withExtendedLifetime(lock) {} }
    var appended = try AppendedFile(path)
    try appended.removeTornRecord(ofSize: recordSize)
    for (path, row) in rows {
      guard let key = Key(path) else { continue }
      var record = key.bytes
      row.withBytes { bytes in
        record += littleEndian(checksum(bytes))
        record += bytes
      }
      record += Array(repeating: 0, count: recordSize - record.count)
      try appended.append(record)
    }
  }
}

/// FNV-1a over words of 8 bytes, and the rest one by one: enough to tell what a crash has torn.
private func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  let whole = bytes.count / 8 * 8
  for offset in stride(from: 0, to: whole, by: 8) {
    hash = (hash ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* 0x100_0000_01B3
  }
  for byte in bytes[whole...] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  return hash
}

private func littleEndian(_ number: UInt64) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
}

private func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
  bytes.reduce(0) { $0 << 8 | UInt64($1) }
}
