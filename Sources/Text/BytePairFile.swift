/// Reading and writing `merges.txt`, the file of subword-nmt.
///
/// After `#version: 0.2` it has a line for each merge, its two symbols with a blank between. A symbol that ends a word
/// ends in `</w>`.
enum BytePairFile {
  static let header = "#version: 0.2"
  static let wordEnd = "</w>"
}

extension BytePairEncoding {
  /// The maximum size of a `merges.txt` in bytes.
  package static let sizeLimit = 64 << 20

  /// Reads `merges.txt`; `path` is only used in error messages.
  package init(merges bytes: [UInt8], path: String) throws(VocabularyError) {
    self.init()
    func failure(_ problem: VocabularyError.Problem) -> VocabularyError {
      VocabularyError(path: path, problem: problem)
    }
    guard bytes.count <= Self.sizeLimit else {
      throw failure(.tooLarge(bytes: bytes.count, limit: Self.sizeLimit))
    }
    // Without its last line feed the file was cut, and the last merge may be another one.
    guard let text = String(validating: bytes, as: UTF8.self), text.utf8.last == 0x0A else {
      throw failure(.notMerges)
    }
    let lines = text.unicodeScalars.dropLast().split(
      separator: "\n", omittingEmptySubsequences: false)
    guard lines.first.map(String.init) == BytePairFile.header else { throw failure(.notMerges) }
    for (index, line) in lines.enumerated().dropFirst() {
      guard let pair = pair(line), !has(pair) else { throw failure(.notAMerge(line: index + 1)) }
      append(pair)
    }
  }

  /// Returns the pair of a line; nil if it is none, or if no merge so far makes one of its symbols.
  private func pair(_ line: Substring.UnicodeScalarView) -> Pair? {
    let parts = line.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2, let left = symbol(parts[0]), let right = symbol(parts[1]),
      !left.endsWord
    else { return nil }
    return Pair(left: left, right: right)
  }

  private func symbol(_ spelling: Substring.UnicodeScalarView) -> Symbol? {
    let end = BytePairFile.wordEnd.unicodeScalars
    let endsWord = spelling.count > end.count && spelling.suffix(end.count).elementsEqual(end)
    let text = String(endsWord ? spelling.dropLast(end.count) : spelling)
    return text.isStorable ? symbol(spelled: text, endsWord: endsWord) : nil
  }

  /// Returns `merges.txt`; equal merges give equal bytes.
  package func file() -> [UInt8] {
    var bytes = Array("\(BytePairFile.header)\n".utf8)
    for pair in merges {
      let end = pair.right.endsWord ? BytePairFile.wordEnd : ""
      bytes += "\(text(pair.left)) \(text(pair.right))\(end)\n".utf8
    }
    return bytes
  }
}
