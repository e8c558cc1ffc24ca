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
  package let counts: WordCounts
  private let pictures: [(path: String, captions: [[String]])]

  /// - Parameters:
  ///   - dataset: Pictures without captions are left out.
  ///   - maximumWords: Longer captions are cut.
  package init(_ dataset: CaptionDataset, maximumWords: Int) {
    let tokenizer = CaptionTokenizer()
    pictures = dataset.examples.compactMap { picture in
      let captions = picture.captions.map { tokenizer.words(of: $0).prefix(maximumWords) }
        .filter { !$0.isEmpty }.map(Array.init)
      return captions.isEmpty ? nil : (picture.path, captions)
    }
    counts = WordCounts(counting: pictures.lazy.flatMap(\.captions))
  }

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
        captions: picture.captions.map { [.start] + vocabulary.tokens(for: $0) + [.end] },
        canBeMirrored: !picture.captions.joined().contains { $0 == "left" || $0 == "right" })
    }
  }
}
