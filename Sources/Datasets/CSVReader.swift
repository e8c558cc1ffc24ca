/// One record of a file of comma-separated values.
struct CSVRecord {
  /// The line on which the record begins, counted from 1.
  let line: Int
  let fields: Result<[String], DatasetError.Problem>

  var name: String { "line \(line)" }
}

/// Reads values separated by commas (RFC 4180) or another character.
///
/// Fields may be quoted, and then hold separators, line ends and doubled quotes; blanks may be around the quotes.
/// Lines may end with a carriage return alone.
/// A quote inside a field that does not begin with one stands for itself, as in Python's `csv`. After a
/// record with bad quoting the next line is tried.
struct CSVReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0
  private var line = 1
  /// The maximum size of a record: no caption is longer, and a missing quote must not turn a whole
  /// file into one record.
  private static let maximumRecordSize = 1 << 20
  private let separator: UInt8
  /// True if a carriage return alone ends a line.
  private let endsInReturns: Bool

  init(_ bytes: UnsafeRawBufferPointer, separator: UInt8 = comma) {
    self.bytes = bytes.bindMemory(to: UInt8.self)
    self.separator = separator
    endsInReturns = endsLinesInReturns(bytes)
  }

  /// Returns the next record that is not empty.
  mutating func next() -> CSVRecord? {
    while position < bytes.count, bytes[position] == newline || bytes[position] == carriageReturn {
      countLine()
      position += 1
    }
    guard position < bytes.count else { return nil }
    let (start, startLine) = (position, line)
    do throws(DatasetError.Problem) {
      return CSVRecord(line: startLine, fields: .success(try readFields()))
    } catch {
      (position, line) = (start, startLine)
      while position < bytes.count, !isLineEnd { position += 1 }
      return CSVRecord(line: startLine, fields: .failure(error))
    }
  }

  private mutating func readFields() throws(DatasetError.Problem) -> [String] {
    var fields: [String] = []
    while true {
      fields.append(try readField())
      guard position < bytes.count, bytes[position] == separator else { return fields }
      position += 1
    }
  }

  private mutating func readField() throws(DatasetError.Problem) -> String {
    let start = position
    if position < bytes.count, bytes[position] == quote { return try readQuotedField() }
    // Some programs write a blank after each comma, even before a quote. A blank may also begin a
    // text that contains quotes, so a quoted field after a blank must end on its line.
    skipBlanks()
    if position > start, position < bytes.count, bytes[position] == quote {
      let startLine = line
      if let field = try? readQuotedField(), line == startLine { return field }
      line = startLine
    }
    position = start
    return try readPlainField()
  }

  private mutating func skipBlanks() {
    while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
  }

  private mutating func readPlainField() throws(DatasetError.Problem) -> String {
    let start = position
    while position < bytes.count, bytes[position] != separator, !isLineEnd { position += 1 }
    let isAtEnd = position == bytes.count || isLineEnd
    let hasReturn = isAtEnd && position > start && bytes[position - 1] == carriageReturn
    return try text(UnsafeBufferPointer(rebasing: bytes[start..<position - (hasReturn ? 1 : 0)]))
  }

  /// Reads a field from its opening quote to the comma or line end behind it.
  private mutating func readQuotedField() throws(DatasetError.Problem) -> String {
    var content: [UInt8] = []
    position += 1
    while position < bytes.count, content.count < Self.maximumRecordSize {
      let byte = bytes[position]
      countLine()
      position += 1
      guard byte == quote else {
        content.append(byte)
        continue
      }
      if position < bytes.count, bytes[position] == quote {
        content.append(quote)
        position += 1
        continue
      }
      skipBlanks()
      guard isAtFieldEnd else { throw .badQuoting }
      return try text(content)
    }
    throw .badQuoting
  }

  private var isLineEnd: Bool {
    bytes[position] == newline || endsInReturns && bytes[position] == carriageReturn
  }

  /// Counts a line if the next byte ends one.
  private mutating func countLine() {
    guard isLineEnd else { return }
    // A return and a line feed end one line together.
    let isFirstOfTwo =
      bytes[position] == carriageReturn && position + 1 < bytes.count
      && bytes[position + 1] == newline
    if !isFirstOfTwo { line += 1 }
  }

  private var isAtFieldEnd: Bool {
    guard position < bytes.count else { return true }
    switch bytes[position] {
    case separator, newline, carriageReturn: return true
    default: return false
    }
  }
}

private let quote = UInt8(ascii: "\"")
private let comma = UInt8(ascii: ",")
private let newline = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")

/// Returns `text` as a field of comma-separated values.
package func csvField(_ text: String) -> String {
  let isPlain = text.utf8.allSatisfy { $0 != quote && $0 != comma && $0 >= 0x20 }
  return isPlain ? text : "\"\(text.replacing("\"", with: "\"\""))\""
}
