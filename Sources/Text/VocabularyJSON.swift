/// Reading and writing `vocab.json`, `{"<pad>":0,"<bos>":1,"<eos>":2,"<unk>":3,"a":4,…}`, the format of
/// Hugging Face's tools.
extension Vocabulary {
  /// The maximum size of a `vocab.json` in bytes.
  package static let sizeLimit = 64 << 20

  /// Reads `vocab.json` of captions that `tokenizer` split, and `pieces` if there are any; `path` is only used in error
  /// messages.
  ///
  /// The entries may come in any order, but their indices must be contiguous from 0, since each is a row of
  /// the embedding.
  package init(
    json bytes: [UInt8], path: String, tokenizer: CaptionTokenizer = CaptionTokenizer(),
    pieces: BytePairEncoding? = nil
  ) throws(VocabularyError) {
    func failure(_ problem: VocabularyError.Problem) -> VocabularyError {
      VocabularyError(path: path, problem: problem)
    }
    guard bytes.count <= Self.sizeLimit else {
      throw failure(.tooLarge(bytes: bytes.count, limit: Self.sizeLimit))
    }
    // An estimate that avoids rehashing, capped so that a hostile file cannot reserve much memory.
    var ids = [String: TokenID](minimumCapacity: min(bytes.count / 10, 16384))
    var words = WordsByNumber()
    var parser = WordTableParser(bytes, path: path)
    try parser.forEachEntry { (word, number) throws(VocabularyError) in
      guard word.isStorable else { throw failure(.unprintableWord(word)) }
      guard ids.updateValue(TokenID(number), forKey: word) == nil else {
        throw failure(.repeatedWord(word))
      }
      words.insert(word, at: number)
    }

    for (number, special) in Self.specialWords.enumerated() {
      guard let found = ids.removeValue(forKey: special)?.index else {
        throw failure(.missingSpecial(special))
      }
      guard found == number else {
        throw failure(.misplacedSpecial(special, expected: number, found: found))
      }
    }
    do throws(VocabularyError.Problem) {
      self.init(
        checkedWords: try words.complete(), ids: ids, tokenizer: tokenizer, pieces: pieces)
    } catch {
      throw failure(error)
    }
    if let foreign = pieces?.foreignPiece(in: ids.keys.sorted()) {
      throw failure(.otherPieces(foreign))
    }
    if let missing = pieces?.pieces(spelling: []).first(where: { ids[$0] == nil }) {
      throw failure(.missingPiece(missing))
    }
  }

  /// Returns `vocab.json` on one line, ordered by index; equal vocabularies give equal bytes.
  package func json() -> [UInt8] {
    var bytes = Array("{".utf8)
    for number in 0..<count {
      if number > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(UInt8(ascii: "\""))
      for byte in word(TokenID(number)).utf8 {
        // Words contain no control characters, so only these two need an escape.
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
          bytes.append(UInt8(ascii: "\\"))
        }
        bytes.append(byte)
      }
      bytes += "\":\(number)".utf8
    }
    return bytes + "}\n".utf8
  }
}

/// Collects words by index; words in ascending order, as in files written here, are appended directly.
private struct WordsByNumber {
  private var words: [String] = []
  private var ahead: [(word: String, number: Int)] = []

  mutating func insert(_ word: String, at number: Int) {
    if number == words.count {
      words.append(word)
    } else {
      ahead.append((word, number))
    }
  }

  /// Returns the words by index, and throws unless the indices are 0, 1, 2… without gaps or duplicates.
  consuming func complete() throws(VocabularyError.Problem) -> [String] {
    let wordCount = words.count + ahead.count
    for (word, number) in ahead.sorted(by: { $0.number < $1.number }) {
      guard number >= words.count else {
        throw .repeatedNumber(number, first: words[number], second: word)
      }
      guard number == words.count else {
        throw .unusedNumber(words.count, wordCount: wordCount)
      }
      words.append(word)
    }
    return words
  }
}
