import Files
import Tensors

/// What a frozen encoder sees in pictures and clips, kept on the disk from one run to the next.
///
///     FOLDER/ENCODER/rows    one record for each picture or clip:
///                            16 bytes that tell it, 8 of a checksum of the numbers, 4 that count its
///                            rows, 4 of a checksum of these 28; then the rows, F numbers in bfloat16 each
///
/// A picture is told by its path, size and times, so a changed one is never taken for what it was; a clip
/// also by which of its frames were looked at; an encoder by its weights and how it is shown pictures.
/// Records are only ever added, and what is torn or damaged is as if it were not there: nothing can be lost
/// that could not be computed again.
package struct FeatureCache: Sendable {
  /// Tells a picture or clip.
  struct Key: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    /// Nil where there is no such file.
    ///
    /// - Parameters:
    ///   - paths: The picture or clip, or the frames that make up a clip.
    ///   - look: How it is looked at, where there is a choice.
    init?(_ paths: [String], look: String = "") {
      var text = look
      for path in paths {
        guard let stamp = fileStamp(path) else { return nil }
        text += "\(path)\0\(stamp)"
      }
      let digest = Array(text.utf8).withUnsafeBytes { SHA256.digest(of: $0) }.bytes
      (high, low) = (number(digest[0..<8]), number(digest[8..<16]))
    }

    fileprivate init(_ bytes: UnsafeRawBufferPointer) {
      high = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
      low = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    fileprivate var bytes: [UInt8] { littleEndian(high) + littleEndian(low) }
  }

  package let folder: String
  /// How many numbers a row has.
  private let rowSize: Int
  private let file: MappedFile?
  private let records: RecordList

  private var path: String { "\(folder)/rows" }

  /// Opens the rows of one encoder, if there are any.
  ///
  /// - Parameters:
  ///   - encoder: What tells the encoder.
  ///   - rowSize: `F`, how many numbers a row has.
  ///   - folder: Where the caches of all encoders lie.
  package init(encoder: String, rowSize: Int, in folder: String) {
    self.folder = "\(folder)/\(encoder)"
    self.rowSize = rowSize
    file = try? MappedFile("\(folder)/\(encoder)/rows")
    records = file.map { RecordList(of: $0, rowSize: rowSize, from: 0) } ?? RecordList()
  }

  /// How large the cache was when it was opened.
  package var byteCount: Int { file?.count ?? 0 }

  /// What is known of a picture or clip, `[n, F]` in bfloat16, where it lies; nil if nothing is.
  func rows(_ key: Key) -> Tensor? {
    guard let file, let record = records.places[key] else { return nil }
    return file.withBytes(record) { bytes in
      let head = RecordHead(bytes)
      let size = 2 * head.rowCount * rowSize
      let body = UnsafeRawBufferPointer(rebasing: bytes[RecordHead.size..<RecordHead.size + size])
      guard checksum(body) == head.bodyChecksum else { return nil }
      return Tensor(
        body, storedAs: .bfloat16, shape: [head.rowCount, rowSize], keepingBfloat16: true,
        keeping: file)
    }
  }

  /// Adds what has been computed, `[n, F]` each; whoever opens the cache next has it.
  ///
  /// - Throws: What the file system said; nothing is lost that could not be computed again.
  func add(_ computed: [(key: Key, rows: Tensor)]) throws(FileError) {
    try makeFolder(folder)
    // Whoever else is writing has the same to say.
    guard let lock = try FolderLock(folder) else { return }
    defer { withExtendedLifetime(lock) {} }
    var appended = try AppendedFile(path)
    if let present = try? MappedFile(path) {
      // It may have grown since it was opened here, or been cut.
      let known = records.end <= present.count ? records.end : 0
      try appended.cut(to: RecordList(of: present, rowSize: rowSize, from: known).end)
    }
    for (key, rows) in computed {
      let record = rows.withBytes { body in
        let head = RecordHead(key, rowCount: rows.shape[0], of: body)
        let padding = RecordHead.recordSize(head.rowCount, rowSize) - RecordHead.size - body.count
        return head.bytes + body + Array(repeating: 0, count: padding)
      }
      try appended.append(record)
    }
  }
}

/// Where the records of a file lie, as far as they are whole.
private struct RecordList: Sendable {
  private(set) var places: [FeatureCache.Key: Range<Int>] = [:]
  /// Where the last whole record ends.
  private(set) var end = 0

  init() {}

  init(of file: MappedFile, rowSize: Int, from start: Int) {
    end = start
    while end + RecordHead.size <= file.count {
      let head = file.withBytes(end..<end + RecordHead.size) { bytes in
        RecordHead.isWhole(bytes) ? (FeatureCache.Key(bytes), RecordHead(bytes).rowCount) : nil
      }
      guard let (key, rowCount) = head else { return }
      let next = end + RecordHead.recordSize(rowCount, rowSize)
      guard next <= file.count else { return }
      places[key] = end..<next
      end = next
    }
  }
}

/// What stands before the numbers of a record.
private struct RecordHead {
  static let size = 32
  let key: FeatureCache.Key
  let bodyChecksum: UInt64
  let rowCount: Int

  /// How long a record is; records begin at multiples of 8.
  static func recordSize(_ rowCount: Int, _ rowSize: Int) -> Int {
    (size + 2 * rowCount * rowSize + 7) / 8 * 8
  }

  init(_ key: FeatureCache.Key, rowCount: Int, of body: UnsafeRawBufferPointer) {
    (self.key, self.rowCount, bodyChecksum) = (key, rowCount, checksum(body))
  }

  init(_ bytes: UnsafeRawBufferPointer) {
    key = FeatureCache.Key(bytes)
    bodyChecksum = UInt64(
      littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
    rowCount = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 24, as: UInt32.self)))
  }

  var bytes: [UInt8] {
    let text = key.bytes + littleEndian(bodyChecksum) + littleEndian(UInt64(rowCount)).prefix(4)
    return text + text.withUnsafeBytes { Self.checksumBytes($0) }
  }

  static func isWhole(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let text = UnsafeRawBufferPointer(rebasing: bytes[..<28])
    return bytes[28..<32].elementsEqual(checksumBytes(text))
  }

  private static func checksumBytes(_ text: UnsafeRawBufferPointer) -> ArraySlice<UInt8> {
    littleEndian(checksum(text)).suffix(4)
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
