import ImageEncoders
import Text

/// The classes of an encoder's classifier, in words.
///
/// As a text, each line is a class: its name, then other names and wider terms, the nearest first, separated by commas.
package struct PictureClasses: Sendable, Equatable {
  /// Split when they are needed: a program that prints no tags would only lose time.
  private let lines: [Substring]

  package var count: Int { lines.count }

  /// Reads a text; nil if a line is empty.
  package init?(_ text: String) {
    // Also those of Windows, which are one character in Swift.
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    while lines.last?.allSatisfy(\.isWhitespace) ?? false { lines.removeLast() }
    let areNamed = lines.allSatisfy { $0.contains { !$0.isWhitespace && $0 != "," } }
    guard areNamed else { return nil }
    self.lines = lines
  }

  /// The classes of ImageNet that most published classifiers distinguish; nil for another number of them.
  ///
  /// Classifiers of TensorFlow have a class for the background before the thousand.
  package init?(ofImageNet count: Int) {
    let lines = imageNetLabels.split(separator: "\n")
    switch count {
    case lines.count: self.lines = lines
    case lines.count + 1: self.lines = ["background"] + lines
    default: return nil
    }
  }

  /// Creates classes of names that are not lines; nil if one is empty.
  init?(names: [String]) {
    self.init(names.map { "\(Self.words($0[...]).joined(separator: ", "))\n" }.joined())
    guard count == names.count else { return nil }
  }

  package var text: String { lines.map { "\($0)\n" }.joined() }

  /// The words of a class: its name, then other names and wider terms, the nearest first.
  package func words(ofClass index: Int) -> [String] { Self.words(lines[index]) }

  private static func words(_ line: Substring) -> [String] {
    line.split(separator: ",").map {
      $0.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }.filter { !$0.isEmpty }
  }
}

/// A class that an encoder's classifier sees in a picture.
public struct PictureTag: Sendable, Equatable {
  /// The name of the class, such as "airliner".
  public let label: String
  /// The label in lower case or a wider term, such as "airplane": the first that is a word of the captioner's; nil if
  /// none is.
  public let word: String?
  /// The probability of the class, in `0...1`.
  public let probability: Float

  /// The label, and the word if that is another one: "airliner, airplane".
  public var text: String {
    guard let word, word != label.lowercased() else { return label }
    return "\(label), \(word)"
  }
}

extension PictureClasses {
  /// Returns the tag of a class.
  ///
  /// - Parameters:
  ///   - index: The class.
  ///   - probability: The probability that the classifier gives it.
  ///   - vocabulary: The words that the captioner knows.
  /// - Returns: The tag.
  func tag(_ index: Int, _ probability: Float, _ vocabulary: Vocabulary) -> PictureTag {
    let words = words(ofClass: index)
    return PictureTag(
      label: words[0],
      word: words.lazy.map { $0.lowercased() }.first { vocabulary.id(of: $0) != nil },
      probability: probability)
  }
}
