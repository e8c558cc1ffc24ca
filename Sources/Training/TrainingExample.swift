import Datasets
import Files
import Text

/// A picture and its captions as word numbers.
package struct TrainingExample: Sendable, Equatable {
  /// The picture's place in the data set, which its random draws are keyed by.
  package let number: Int
  package let path: String
  /// Each from `<bos>` to `<eos>`.
  package let captions: [[TokenID]]
  /// Whether the captions stay true of the mirrored picture.
  package let canBeMirrored: Bool

  /// The words of the longest caption, `<bos>` and `<eos>` included.
  package var longestCaption: Int { captions.map(\.count).max() ?? 0 }
}

/// A data set as words, before the vocabulary decides which of them have a number.
package struct TokenizedDataset: Sendable {
  /// Of the words that are learned from.
  package let counts: WordCounts
  private let pictures: [(path: String, captions: [[String]])]
  private let maximumWords: Int

  /// - Parameters:
  ///   - dataset: Pictures without captions are left out.
  ///   - maximumWords: Longer captions are cut, for learning.
  package init(_ dataset: CaptionDataset, maximumWords: Int) {
    let tokenizer = CaptionTokenizer()
    let pictures = dataset.examples.map { picture in
      (picture.path, picture.captions.map(tokenizer.words(of:)).filter { !$0.isEmpty })
    }.filter { !$0.1.isEmpty }
    counts = WordCounts(
      counting: pictures.lazy.flatMap { $0.1.map { Array($0.prefix(maximumWords)) } })
    self.pictures = pictures
    self.maximumWords = maximumWords
  }

  /// The whole captions of each picture, by the numbers of the examples: what captions are scored
  /// against.
  package var references: [[[String]]] { pictures.map(\.captions) }

  /// A checksum of all paths' last parts and words, to tell one data set from another.
  package var fingerprint: String {
    var hash = SHA256()
    for picture in pictures {
      let name = picture.path.split(separator: "/").last ?? ""
      let text =
        "\(name)\t" + picture.captions.joined(separator: ["\t"]).joined(separator: " ") + "\n"
      Array(text.utf8).withUnsafeBytes { hash.update($0) }
    }
    return String(hash.digest().description.prefix(16))
  }

  package func examples(with vocabulary: Vocabulary) -> [TrainingExample] {
    pictures.enumerated().map { number, picture in
      TrainingExample(
        number: number, path: picture.path,
        captions: picture.captions.map { words in
          [.start] + vocabulary.tokens(for: Array(words.prefix(maximumWords))) + [.end]
        },
        canBeMirrored: !picture.captions.joined().contains { $0 == "left" || $0 == "right" })
    }
  }
}
