import Files

/// A file that lists captions, in memory while it is read.
struct AnnotationFile {
  static let maximumSize = 1 << 30

  let path: String
  private let file: MappedFile

  init(_ path: String) throws(DatasetError) {
    self.path = path
    do throws(FileError) {
      file = try MappedFile(path, limit: Self.maximumSize)
    } catch {
      throw DatasetError(path, .unreadable(error))
    }
  }

  /// Returns what `body` reads from the file, which must be one JSON document.
  func json<Result>(
    _ body: (inout JSONReader) throws(JSONError) -> Result
  ) throws(DatasetError) -> Result {
    do throws(JSONError) {
      return try withText { bytes throws(JSONError) in try JSONReader.read(bytes, body) }
    } catch {
      throw DatasetError(path, .notJSON(error))
    }
  }

  /// Calls `body` with each line that is not empty, without its end.
  func forEachLine(_ body: (TextLine) throws(DatasetError) -> Void) throws(DatasetError) {
    try withText { bytes throws(DatasetError) in
      var rest = bytes[...]
      var number = 0
      while !rest.isEmpty {
        number += 1
        let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
        var line = rest[..<end]
        rest = rest[(end == rest.endIndex ? end : end + 1)...]
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        guard !line.isEmpty else { continue }
        try body(TextLine(number: number, bytes: UnsafeRawBufferPointer(rebasing: line)))
      }
    }
  }

  /// Calls `body` with each record of comma-separated values (RFC 4180), the first line included.
  func forEachRecord(_ body: (CSVRecord) throws(DatasetError) -> Void) throws(DatasetError) {
    try withText { bytes throws(DatasetError) in
      var reader = CSVReader(bytes)
      while let record = reader.next() { try body(record) }
    }
  }

  /// The bytes behind the mark that Windows puts in front of UTF-8.
  func withText<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try file.withBytes { bytes throws(Failure) in
      let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
      return try body(UnsafeRawBufferPointer(rebasing: bytes[(hasMark ? 3 : 0)...]))
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

/// The text that `bytes` are in UTF-8.
func text(_ bytes: some Sequence<UInt8>) throws(DatasetError.Problem) -> String {
  guard let text = String(validating: bytes, as: UTF8.self) else { throw .notText }
  return text
}
