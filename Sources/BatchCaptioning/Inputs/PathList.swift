import Files

/// The paths of a list, one after the other, in the formats of any common tool.
struct PathList {
  /// The maximum length of a path in a list, in bytes.
  private static let longestLine = 1 << 20

  private var lines: LineReader
  private let isSeparatedByNull: Bool

  /// - Parameters:
  ///   - file: The list.
  ///   - isSeparatedByNull: True if paths end with NUL rather than at the end of a line.
  init(_ file: ReadableFile, isSeparatedByNull: Bool) {
    let (newLine, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    let head = (try? file.bytes(0..<4096)) ?? []
    // Old Macs and some spreadsheets end lines with a carriage return.
    let hasReturns = head.contains(carriageReturn) && !head.contains(newLine)
    let separator = isSeparatedByNull ? 0 : hasReturns ? carriageReturn : newLine
    lines = LineReader(file, separator: separator, limit: Self.longestLine)
    self.isSeparatedByNull = isSeparatedByNull
  }

  /// Returns the next path; nil after the last.
  mutating func next() throws(FileError) -> String? {
    var isFirst = lines.offset == 0
    while let line = try lines.next() {
      let path = path(line, isFirst: isFirst)
      if !path.isEmpty { return path }
      isFirst = false
    }
    return nil
  }

  /// Returns the intended path: the line as it is if such a file exists, else without the marks
  /// that editors and Windows add.
  private func path(_ line: ArraySlice<UInt8>, isFirst: Bool) -> String {
    var line = line
    func isThere() -> Bool { FileStatus(nameText(line), followingLinks: false) != nil }
    if isFirst, line.starts(with: [0xEF, 0xBB, 0xBF]), !isThere() { line = line.dropFirst(3) }
    if !isSeparatedByNull, line.last == UInt8(ascii: "\r"), !isThere() { line = line.dropLast() }
    if line.contains(UInt8(ascii: "\\")), !isThere() {
      let slashed = nameText(line.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 })
      if FileStatus(slashed, followingLinks: false) != nil { return slashed }
    }
    return nameText(line)
  }
}

/// The encoding of a list from which no names can be read.
package enum ListProblem: Sendable {
  case isUTF16
  /// Names end with NUL, or every letter is followed by one.
  case holdsNull

  /// Checks the beginning of a list; nil if it can be read.
  package init?(_ file: ReadableFile, isSeparatedByNull: Bool) {
    guard let head = try? file.bytes(0..<4096) else { return nil }
    if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) {
      self = .isUTF16
    } else if !isSeparatedByNull, head.contains(0) {
      self = .holdsNull
    } else {
      return nil
    }
  }
}
