/// `vocab.json`, `{"<pad>":0,"<bos>":1,"<eos>":2,"<unk>":3,"a":4,…}`: the form that Hugging Face's
/// tools read.
extension Vocabulary {
  /// The most bytes a `vocab.json` may have.
  package static let sizeLimit = 64 << 20

  /// Reads `vocab.json`; `path` appears in error messages only.
  ///
  /// The entries may come in any order, but must be numbered from 0 without a hole, since each
  /// number is a row of the embedding.
  public init(json bytes: [UInt8], path: String) throws(VocabularyError) {
    func failure(_ problem: VocabularyError.Problem) -> VocabularyError {
      VocabularyError(path: path, problem: problem)
    }
    guard bytes.count <= Self.sizeLimit else {
      throw failure(.tooLarge(bytes: bytes.count, limit: Self.sizeLimit))
    }
    // A guess that saves rehashing, capped so that a hostile file cannot reserve much.
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
      self.init(checkedWords: try words.complete(), ids: ids)
    } catch {
      throw failure(error)
    }
  }

  /// Writes `vocab.json` on one line, ordered by number: equal vocabularies give equal bytes.
  public func json() -> [UInt8] {
    var bytes = Array("{".utf8)
    for number in 0..<count {
      if number > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(UInt8(ascii: "\""))
      for byte in word(TokenID(number)).utf8 {
        // Words hold no control characters, so only these two need an escape.
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

/// Words on their way to their numbers; those of a file in order, as ours are, go straight there.
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

  /// The words in the order of their numbers, which must be 0, 1, 2… without a hole or a double.
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
