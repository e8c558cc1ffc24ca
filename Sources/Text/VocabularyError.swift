/// An error from reading a vocabulary or a table of word counts.
package struct VocabularyError: Error, Equatable, CustomStringConvertible {
  package enum Problem: Error, Sendable, Equatable {
    case tooLarge(bytes: Int, limit: Int)
    case notJSON(expected: String, byte: Int)
    case missingSpecial(String)
    case misplacedSpecial(String, expected: Int, found: Int)
    case repeatedWord(String)
    case repeatedNumber(Int, first: String, second: String)
    case unusedNumber(Int, wordCount: Int)
    case unprintableWord(String)
    case notACount(line: Int)
    /// No table of merges, or one that was cut.
    case notMerges
    case notAMerge(line: Int)
    /// A piece that no merge makes.
    case otherPieces(String)
    /// A piece that a merge makes.
    case missingPiece(String)
  }

  /// The path of the file, as the user gave it.
  package let path: String
  package let problem: Problem

  package init(path: String, problem: Problem) {
    self.path = path
    self.problem = problem
  }

  package var description: String { "\(path): \(cause) \(remedy)" }

  private var cause: String {
    switch problem {
    case .tooLarge(let bytes, let limit):
      "\(bytes) bytes is more than the \(limit) bytes a list of words may have."
    case .notJSON(let expected, let byte):
      "not a JSON object of words and numbers: expected \(expected) at byte \(byte)."
    case .missingSpecial(let word):
      "the special word '\(word)' is missing."
    case .misplacedSpecial(let word, let expected, let found):
      "the special word '\(word)' has number \(found), not \(expected)."
    case .repeatedWord(let word):
      "the word \(word.quoted) appears twice."
    case .repeatedNumber(let number, let first, let second):
      "\(first.quoted) and \(second.quoted) both have number \(number)."
    case .unusedNumber(let number, let wordCount):
      "no word has number \(number), though \(wordCount) words need 0 to \(wordCount - 1)."
    case .unprintableWord(let word):
      "the word \(word.quoted) is empty, has a blank around it, or holds a control character."
    case .notACount(let line):
      "line \(line) is not a word, a tab and a count."
    case .notMerges:
      "is no table of merges, or is cut off: it begins with '\(BytePairFile.header)' and ends with a line feed."
    case .notAMerge(let line):
      "line \(line) is not two characters, or pieces that lines before it make."
    case .otherPieces(let piece):
      "no merge of merges.txt makes \(piece.quoted)."
    case .missingPiece(let piece):
      "lacks \(piece.quoted), which merges.txt makes."
    }
  }

  private var remedy: String {
    switch problem {
    case .tooLarge:
      "Is it the right file? A vocabulary of 10,000 words takes about 0.2 MB."
    case .notJSON, .repeatedWord, .repeatedNumber, .unusedNumber, .unprintableWord:
      "Copy vocab.json again from the run that trained this model; word numbers cannot be guessed."
    case .missingSpecial, .misplacedSpecial:
      "A vocabulary starts {\"<pad>\":0,\"<bos>\":1,\"<eos>\":2,\"<unk>\":3,…; "
        + "renumber the words together with the rows of the embedding, or import the model again."
    case .notMerges, .notAMerge, .otherPieces, .missingPiece:
      "Copy merges.txt and vocab.json again from the run that trained this model."
    case .notACount:
      "Delete the file to have it counted again, or write the line as word<TAB>count."
    }
  }
}

extension String {
  /// At most the first 40 characters in quotes, with control characters escaped for printing.
  fileprivate var quoted: String {
    count > 40 ? String(prefix(40)).debugDescription + "…" : debugDescription
  }
}
