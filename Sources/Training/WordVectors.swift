import Captioning
import Files
import Layers
import Tensors
import Text

/// Pretrained vectors of the words of a vocabulary, from a text file of GloVe (Pennington et al., 2014) or
/// word2vec (Mikolov et al., 2013).
///
/// A line holds a word and its numbers. The first line of word2vec holds the number and the length of the
/// vectors.
package struct WordVectors: Sendable, Equatable {
  /// The vectors that were found, by the numbers of their words.
  package private(set) var rows: [TokenID: [Float]] = [:]
  /// The number of words that were looked for.
  package let wantedCount: Int
  /// The number of lines that hold no vector of the size, which are left out.
  package private(set) var oddLineCount = 0
  /// Warnings about the file, with its path; the vectors that were found can be used.
  package private(set) var warnings: [String] = []

  /// Reads the file line by line; if a word is repeated, its first vector counts.
  ///
  /// Published files have lines without a vector, such as those of words with a blank or line break inside,
  /// and lack lines that their first one counts. Such lines are left out, and counted in `warnings`.
  ///
  /// - Parameters:
  ///   - path: The file, of any size.
  ///   - vocabulary: The words to look for, with their exact spelling.
  ///   - size: The length of the vectors.
  /// - Throws: `WordVectorError` if the file has vectors of another size, no words of the vocabulary, or no
  ///   vector in most of its lines.
  package init(_ path: String, of vocabulary: Vocabulary, size: Int) throws(WordVectorError) {
    wantedCount = vocabulary.count - Vocabulary.specialWords.count
    var lines = try VectorLines(path)
    var announced: Int?
    var firstOdd: (line: Int, word: String, size: Int, hasCommas: Bool)?
    var count = 0
    while let line = try lines.next() {
      if lines.number == 1, let header = line.header {
        guard header.size == size else {
          throw lines.error(.otherSize(header.size, wanted: size))
        }
        announced = header.count
        continue
      }
      count += 1
      // The numbers of other words are not parsed.
      let token = line.fieldCount == size + 1 ? vocabulary.id(of: line.word) : nil
      let numbers = token == nil ? nil : line.numbers
      guard line.hasVector(ofSize: size), token == nil || numbers != nil else {
        firstOdd =
          firstOdd
          ?? (
            lines.number, line.word, line.numbers?.count ?? 0, line.hasCommas(amongNumbers: size)
          )
        oddLineCount += 1
        // A file of another kind is not read to the end.
        if oddLineCount == count, count == 1000 { break }
        continue
      }
      if let token, let numbers, rows[token] == nil { rows[token] = numbers }
    }
    // Only the numbers of wanted words were parsed, and none of them was a vector.
    if let firstOdd, 2 * oddLineCount > count || rows.isEmpty {
      throw lines.error(
        firstOdd.hasCommas
          ? .commas(line: firstOdd.line)
          : firstOdd.size > 0 && firstOdd.size != size
            ? .otherSize(firstOdd.size, wanted: size)
            : .notAVector(line: firstOdd.line, word: firstOdd.word, size: size))
    }
    guard !rows.isEmpty else { throw lines.error(.noneFound) }
    if let firstOdd {
      warnings.append(
        "\(path): \(oddLineCount) of \(count) lines are left out, such as line \(firstOdd.line): "
          + "'\(firstOdd.word.prefix(40))' is not followed by \(size) numbers.")
    }
    if let announced, announced != count {
      warnings.append("\(path): has \(count) vectors, but its first line says \(announced).")
    }
  }
}

extension VisualDecoder {
  /// Sets the embedding of the words that have vectors; other words keep theirs.
  package mutating func begin(with vectors: WordVectors) {
    updateParameters { parameter, value in
      guard parameter.name == CaptionModel.wordEmbeddingName else { return }
      let size = value.shape[1]
      var numbers = value.floats
      for (token, row) in vectors.rows {
        numbers.replaceSubrange(token.index * size..<(token.index + 1) * size, with: row)
      }
      value = Tensor(numbers, shape: value.shape)
    }
  }
}

/// The lines of a file of word vectors that are not empty.
private struct VectorLines {
  private let path: String
  private var reader: LineReader
  /// The number of the line that was returned last, from 1.
  private(set) var number = 0

  /// Enough for numbers of 25 digits in the largest embedding.
  private static let longestLine = 1 << 19

  init(_ path: String) throws(WordVectorError) {
    self.path = path
    let head: [UInt8]
    do throws(FileError) {
      let file = try ReadableFile(path)
      guard file.status.byteCount > 0 else { throw FileError(path, .empty) }
      head = try file.bytes(0..<1 << 12)
      reader = LineReader(file, limit: Self.longestLine)
    } catch {
      throw WordVectorError(path: path, problem: .unreadable(error))
    }
    if let form = OtherVectorForm(head) {
      throw error(.otherForm(form.title, advice: form.advice))
    }
  }

  mutating func next() throws(WordVectorError) -> VectorLine? {
    do throws(FileError) {
      while let bytes = try reader.next() {
        number += 1
        let line = VectorLine(number == 1 ? withoutByteOrderMark(bytes) : bytes)
        if line.fieldCount > 0 { return line }
      }
      return nil
    } catch {
      if case .tooLarge(_, let limit) = error.problem {
        throw self.error(.longLine(line: number + 1, limit: limit))
      }
      throw WordVectorError(path: path, problem: .unreadable(error))
    }
  }

  func error(_ problem: WordVectorError.Problem) -> WordVectorError {
    WordVectorError(path: path, problem: problem)
  }
}

/// A line of fields separated by blanks.
private struct VectorLine {
  private let bytes: ArraySlice<UInt8>
  let fieldCount: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    // Most lines are of other words: their fields are only counted.
    fieldCount = bytes.withUnsafeBytes { bytes in
      var (count, isWithin) = (0, false)
      for byte in bytes {
        let isField = !byte.isBlank
        if isField && !isWithin { count += 1 }
        isWithin = isField
      }
      return count
    }
  }

  /// The first field.
  var word: String {
    String(decoding: bytes.drop(while: \.isBlank).prefix { !$0.isBlank }, as: UTF8.self)
  }

  private var fields: [String] {
    bytes.split(whereSeparator: \.isBlank).map { String(decoding: $0, as: UTF8.self) }
  }

  /// All fields but the first; nil if one of them is not a number.
  var numbers: [Float]? {
    let numbers = fields.dropFirst().compactMap(Float.init).filter(\.isFinite)
    return numbers.count == fieldCount - 1 ? numbers : nil
  }

  /// Returns true if it would be a vector of `size` numbers with commas as decimal points, or as blanks.
  func hasCommas(amongNumbers size: Int) -> Bool {
    let comma = UInt8(ascii: ",")
    guard bytes.contains(comma) else { return false }
    return [UInt8(ascii: "."), UInt8(ascii: " ")].contains { other in
      let line = VectorLine(bytes.map { $0 == comma ? other : $0 }[...])
      return line.fieldCount == size + 1 && line.numbers != nil
    }
  }

  /// The header that word2vec writes.
  var header: (count: Int, size: Int)? {
    let numbers = fieldCount == 2 ? fields.compactMap(Int.init) : []
    return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
  }

  /// Returns true if a vector of `size` numbers may follow the word, which may itself have several parts.
  func hasVector(ofSize size: Int) -> Bool {
    guard fieldCount > size + 1 else { return fieldCount == size + 1 }
    return Float(fields[fieldCount - size - 1]) == nil
  }
}

extension UInt8 {
  /// A NUL is not a blank: a file that was not written to its end may contain blocks of them.
  fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || (9...13).contains(self) }
}
