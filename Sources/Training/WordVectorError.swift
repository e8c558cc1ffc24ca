import Files

/// An error of a file of word vectors.
package struct WordVectorError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Problem: Sendable, Equatable {
    case unreadable(FileError)
    case otherSize(Int, wanted: Int)
    case notAVector(line: Int, word: String, size: Int)
    /// Numbers with decimal commas, or with commas between them.
    case commas(line: Int)
    case longLine(line: Int, limit: Int)
    /// A form that is recognized but not supported; a description, and the remedy.
    case otherForm(String, advice: String)
    case noneFound
  }
  package let path: String
  package let problem: Problem

  package var description: String {
    switch problem {
    case .unreadable(let error): error.description
    case .otherSize(let size, let wanted):
      "\(path): has vectors of \(size) numbers, but the words of the model have \(wanted). "
        + "Train with --embed \(size), or take another file."
    case .notAVector(let line, let word, let size):
      "\(path):\(line): '\(word.prefix(40))' is not followed by \(size) numbers. "
        + "Is it a text file, and whole? Get a fresh copy."
    case .commas(let line):
      "\(path):\(line): has commas in its numbers, or between them. Write decimal points, and blanks "
        + "between the numbers."
    case .longLine(let line, let limit):
      "\(path):\(line): has more than \(limit) bytes. Is it a text file, and do its lines end with "
        + "line feeds?"
    case .otherForm(let title, let advice): "\(path): is \(title), which is not read. \(advice)"
    case .noneFound:
      "\(path): has no word of the captions. Is it of their language, and in lower case?"
    }
  }
}
