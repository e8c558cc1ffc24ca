import Files

/// A file that lists captions, in memory while it is read.
struct AnnotationFile {
  static let maximumSize = 1 << 30

  let path: String
  private let file: MappedFile
  /// The text converted to UTF-8, if the file is UTF-16.
  private let converted: [UInt8]?

  init(_ path: String) throws(DatasetError) {
    self.path = path
    do throws(FileError) {
      file = try MappedFile(path, limit: Self.maximumSize)
    } catch {
      throw DatasetError(path, .unreadable(error))
    }
    converted = file.withBytes(inUTF8)
    if file.withBytes(isLargeFilePointer) { throw DatasetError(path, .largeFilePointer) }
    if let target = file.withBytes({ linkText($0, at: path) }) {
      throw DatasetError(path, .linkText(target))
    }
  }

  /// Returns what `body` reads from the file, which must be one JSON document.
  func json<Result>(
    _ body: (inout JSONReader) throws(JSONError) -> Result
  ) throws(DatasetError) -> Result {
    do throws(JSONError) {
      return try withText { bytes throws(JSONError) in
        try JSONReader.read(bytes, takingNaN: true, body)
      }
    } catch {
      throw DatasetError(path, .notJSON(error))
    }
  }

  /// Calls `body` with each line that is not blank, without its end.
  func forEachLine(_ body: (TextLine) throws(DatasetError) -> Void) throws(DatasetError) {
    try withText { bytes throws(DatasetError) in
      let lineEnd: UInt8 = endsLinesInReturns(bytes) ? 0x0D : 0x0A
      var rest = bytes[...]
      var number = 0
      while !rest.isEmpty {
        number += 1
        let end = rest.firstIndex(of: lineEnd) ?? rest.endIndex
        var line = rest[..<end]
        rest = rest[(end == rest.endIndex ? end : end + 1)...]
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        // Concatenated files keep the byte-order marks of their parts.
        line = withoutByteOrderMark(line)
        guard line.contains(where: { $0 != UInt8(ascii: " ") }) else { continue }
        try body(TextLine(number: number, bytes: UnsafeRawBufferPointer(rebasing: line)))
      }
    }
  }

  /// True if it holds a JSON value on each line.
  var isInLines: Bool { withText { areJSONLines($0, named: path) } }

  /// Calls `body` with each record of separated values, the first line included.
  func forEachRecord(
    separatedBy separator: UInt8, _ body: (CSVRecord) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    try withText { bytes throws(DatasetError) in
      var reader = CSVReader(bytes, separator: separator)
      while let record = reader.next() { try body(record) }
    }
  }

  /// Calls `body` with the text in UTF-8, without a byte-order mark.
  func withText<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if let converted {
      return try converted.withUnsafeBufferPointer { bytes throws(Failure) in
        try body(UnsafeRawBufferPointer(bytes))
      }
    }
    return try file.withBytes { bytes throws(Failure) in
      try body(UnsafeRawBufferPointer(rebasing: withoutByteOrderMark(bytes)))
    }
  }
}

/// A line of a file, not yet known to be text.
struct TextLine {
  /// Counted from 1.
  let number: Int
  let bytes: UnsafeRawBufferPointer

  var name: String { "line \(number)" }

  func text() throws(DatasetError.Problem) -> String { try Datasets.text(bytes) }
}

/// Returns the text of `bytes` in UTF-8, without a byte-order mark.
func text(_ bytes: some Collection<UInt8>) throws(DatasetError.Problem) -> String {
  // Texts hold no NUL, but UTF-16 without a byte-order mark does, and so does the rest of a file
  // that was never written.
  guard let text = String(validating: withoutByteOrderMark(bytes), as: UTF8.self),
    !text.utf8.contains(0)
  else { throw .notText }
  return text
}

/// Returns true if the lines of a text end with a carriage return alone, as Excel saves them for
/// old Macs.
func endsLinesInReturns(_ text: some Collection<UInt8>) -> Bool {
  var (returns, feeds) = (0, 0)
  var isBehindReturn = false
  for byte in text.prefix(1 << 16) {
    if byte == 0x0A {
      feeds += 1
      if isBehindReturn { returns -= 1 }
    }
    // Of several carriage returns in a row, as text modes write before a line feed, one counts.
    if byte == 0x0D, !isBehindReturn { returns += 1 }
    isBehindReturn = byte == 0x0D
  }
  return returns > feeds
}

/// Returns `bytes` in UTF-8 if a byte-order mark shows that they are UTF-16, as written by
/// spreadsheets and PowerShell; nil if not.
func inUTF8(_ bytes: some Collection<UInt8>) -> [UInt8]? {
  let isLittle = bytes.starts(with: [0xFF, 0xFE])
  guard isLittle || bytes.starts(with: [0xFE, 0xFF]), bytes.count.isMultiple(of: 2) else {
    return nil
  }
  let content = Array(bytes.dropFirst(2))
  let units = stride(from: 0, to: content.count, by: 2).map { place in
    isLittle
      ? UInt16(content[place]) | UInt16(content[place + 1]) << 8
      : UInt16(content[place]) << 8 | UInt16(content[place + 1])
  }
  return String(validating: units, as: UTF16.self).map { Array($0.utf8) }
}

/// Returns the target of a link that was unpacked as a text, as Git and some archives do on systems
/// without links; nil if `bytes`, the beginning of the file at `path`, are no such text.
func linkText(_ bytes: some Collection<UInt8>, at path: String) -> String? {
  guard bytes.count < 4096, !bytes.isEmpty, !bytes.contains(where: { $0 < 0x20 }),
    let target = String(validating: bytes, as: UTF8.self), target.contains("/")
  else { return nil }
  let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
  return isFile(target.hasPrefix("/") ? target : folder + target) ? target : nil
}
