import Files

/// The paths that a list names, one after the other, whatever wrote the list.
struct PathList {
  /// As long as a path of a list may be, in bytes.
  private static let longestLine = 1 << 20

  private var lines: LineReader
  private let isSeparatedByNull: Bool

  /// - Parameters:
  ///   - file: The list.
  ///   - isSeparatedByNull: Whether NUL ends a path, rather than a line its end.
  init(_ file: ReadableFile, isSeparatedByNull: Bool) {
    let (newLine, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    let head = (try? file.bytes(0..<4096)) ?? []
    // As old Macs and some spreadsheets end lines.
    let hasReturns = head.contains(carriageReturn) && !head.contains(newLine)
    let separator = isSeparatedByNull ? 0 : hasReturns ? carriageReturn : newLine
    lines = LineReader(file, separator: separator, limit: Self.longestLine)
    self.isSeparatedByNull = isSeparatedByNull
  }

  /// The next path; nil after the last.
  mutating func next() throws(FileError) -> String? {
    var isFirst = lines.offset == 0
    while let line = try lines.next() {
      let path = path(line, isFirst: isFirst)
      if !path.isEmpty { return path }
      isFirst = false
    }
    return nil
  }

  /// The path that is meant: the line as it is where that is there, else without what editors and Windows add.
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

/// What a list is written in, where that is nothing that names could be read from.
package enum ListProblem: Sendable {
  case isUTF16
  /// NUL ends names, or every letter has one.
  case holdsNull

  /// Looks at the beginning of a list; nil where nothing is wrong with it.
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
