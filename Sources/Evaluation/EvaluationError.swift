/// The reason why captions cannot be scored.
package struct EvaluationError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Problem: Equatable, Sendable {
    /// A row about a picture that is none of the references, and an id that looks like it.
    case unknownPicture(String, similar: String?, references: String)
    case repeatedPicture(String, first: String)
    /// Pictures without a caption: their number, the first of them, and that of rows without one.
    case missing(Int, of: Int, first: String, withoutCaption: Int)
    /// No picture of the references has a caption.
    case nothingInCommon(references: String)
    /// A line of document frequencies that is not of the form.
    case badFrequencies(line: Int)
    /// Document frequencies of words that another tokenizer split.
    case otherTokenizer(frequencies: String, captions: String)
    /// A name that several pictures have.
    case ambiguousPicture(String, references: String)
    /// An id and a file of different pictures.
    case contradiction(id: String, file: String)
    /// A score that cannot be computed, and the reason.
    case noScore(String, reason: String)
  }
  /// The file that is at fault.
  package let path: String
  /// The record in the file.
  package let record: String?
  package let problem: Problem

  package init(_ path: String, record: String? = nil, _ problem: Problem) {
    (self.path, self.record, self.problem) = (path, record, problem)
  }

  package var description: String {
    let place = record.map { "\(path), \($0)" } ?? path
    return "\(place): \(fault)"
  }

  private var fault: String {
    switch problem {
    case .unknownPicture(let picture, let similar, let references):
      "\(quoted(picture)) is none of the pictures of \(references)"
        + (similar.map { "; there is \($0), which is another id" } ?? "")
        + ". Correct it, or leave such rows out with --partial."
    case .repeatedPicture(let picture, let first):
      "\(quoted(picture)) has a caption already, in \(first). Remove one of them."
    case .missing(let count, let total, let first, let withoutCaption):
      "\(count) of \(total) pictures \(count == 1 ? "has" : "have") no caption, such as \(quoted(first))"
        + (withoutCaption > 0
          ? " (\(withoutCaption) failed or \(withoutCaption == 1 ? "was" : "were") withheld)" : "")
        + ". Caption them, or score the others with --partial."
    case .nothingInCommon(let references):
      "has no caption of a picture of \(references). Are these the right files?"
    case .badFrequencies(let line):
      "line \(line) is not of document frequencies, or lines are missing. Name a file that cutline eval --save-df "
        + "wrote."
    case .otherTokenizer(let frequencies, let captions):
      "counts words of --tokenizer \(frequencies), but the captions are split by \(captions). Count them anew, with "
        + "--save-df."
    case .ambiguousPicture(let picture, let references):
      "\(quoted(picture)) is the name of several pictures of \(references). Name their folders, or give ids."
    case .contradiction(let id, let file):
      "the id \(quoted(id)) and the file \(quoted(file)) are of different pictures. Correct one of them."
    case .noScore(let metric, let reason): "\(metric): \(reason)"
    }
  }
}

private func quoted(_ text: String) -> String { "'\(text.prefix(100))'" }
