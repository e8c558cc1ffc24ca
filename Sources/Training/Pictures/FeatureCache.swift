import Files
import Tensors

/// The features that a frozen encoder computes of pictures and clips, kept on disk between runs.
///
///     FOLDER/ENCODER/rows    one record for each picture or clip:
///                            16 bytes of a key, 8 of a checksum of the rows, 4 of the number of rows,
///                            4 of a checksum of these 28; then the rows, F values in bfloat16 each
///
/// The key of a picture is made of its path, size and times, so that a picture that has changed is computed
/// again. The key of a clip also contains which frames are read. `ENCODER` is a checksum of the weights and
/// of how pictures are prepared. Records are only ever added, and torn or damaged ones are ignored.
package struct FeatureCache: Sendable {
  /// Identifies a picture or clip.
  struct Key: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    /// Nil if there is no such file.
    ///
    /// - Parameters:
    ///   - paths: The picture or clip, or the frames that make up a clip.
    ///   - look: A description of the frames that are read, where there is a choice.
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
  /// The number of features in a row.
  private let rowSize: Int
  private let file: MappedFile?
  private let records: RecordList

  private var path: String { "\(folder)/rows" }

  /// Opens the rows of one encoder, if there are any.
  ///
  /// - Parameters:
  ///   - encoder: A checksum that identifies the encoder.
  ///   - rowSize: `F`, the number of features in a row.
  ///   - folder: The folder of the caches of all encoders.
  package init(encoder: String, rowSize: Int, in folder: String) {
    self.folder = "\(folder)/\(encoder)"
    self.rowSize = rowSize
    file = try? MappedFile("\(folder)/\(encoder)/rows")
    records = file.map { RecordList(of: $0, rowSize: rowSize, from: 0) } ?? RecordList()
  }

  /// The size of the cache when it was opened, in bytes.
  package var byteCount: Int { file?.count ?? 0 }

  /// Returns the rows of a picture or clip, `[n, F]` in bfloat16, without copying; nil if there are none.
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

  /// Adds the rows of pictures and clips, `[n, F]` each, for the next time the cache is opened.
  ///
  /// - Throws: The error of the file system.
  func add(_ computed: [(key: Key, rows: Tensor)]) throws(FileError) {
    try makeFolder(folder)
    // Another run is writing, most likely the same rows.
    guard let lock = try FolderLock(folder) else { return }
    defer { withExtendedLifetime(lock) {} }
    var appended = try AppendedFile(path)
    if let present = try? MappedFile(path) {
      // The file may have grown since it was opened here, or been truncated.
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

/// The places of the records of a file, up to the first that is not whole.
private struct RecordList: Sendable {
  private(set) var places: [FeatureCache.Key: Range<Int>] = [:]
  /// The end of the last whole record.
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

/// The header of a record.
private struct RecordHead {
  static let size = 32
  let key: FeatureCache.Key
  let bodyChecksum: UInt64
  let rowCount: Int

  /// Returns the size of a record in bytes; records begin at multiples of 8.
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

/// Returns FNV-1a over words of 8 bytes, then over the remaining bytes: enough to notice what a crash has
/// torn.
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
