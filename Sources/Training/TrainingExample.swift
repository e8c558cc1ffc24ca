import Datasets
import Files
import Media
import Text

/// A picture, or a clip, and its captions as word numbers.
package struct TrainingExample: Sendable, Equatable {
  /// The number of the picture in the data set; its random draws are keyed by it.
  package let number: Int
  /// The file or data of the picture.
  package let source: MediaSource
  package let kind: CaptionedImage.Kind
  package let captions: [Caption]
  /// True if the captions stay true of the mirrored picture.
  package let canBeMirrored: Bool
  /// The length of a clip, which batches are sorted by; nil for a picture, which has one frame.
  package let extent: ClipExtent?
  /// The part of a clip to read; nil for all of it.
  package var segment: ClipSegment?

  package struct Caption: Sendable, Equatable {
    /// The number of the caption in the data set; its random draws are keyed by it.
    package let number: Int
    /// From `<bos>` to `<eos>`.
    package let words: [TokenID]

    package init(number: Int, words: [TokenID]) { (self.number, self.words) = (number, words) }
  }

  package init(
    number: Int, source: MediaSource, kind: CaptionedImage.Kind = .picture, captions: [Caption],
    canBeMirrored: Bool, extent: ClipExtent? = nil
  ) {
    (self.number, self.source, self.kind) = (number, source, kind)
    (self.captions, self.canBeMirrored, self.extent) = (captions, canBeMirrored, extent)
  }

  package init(
    number: Int, path: String, kind: CaptionedImage.Kind = .picture, captions: [Caption],
    canBeMirrored: Bool, extent: ClipExtent? = nil
  ) {
    self.init(
      number: number, source: .file(path), kind: kind, captions: captions,
      canBeMirrored: canBeMirrored, extent: extent)
  }

  /// Takes a picture or clip of a data set.
  ///
  /// - Parameters:
  ///   - image: The picture or clip.
  ///   - number: Its number in the data set.
  ///   - captions: Its captions; none if only its features are wanted.
  ///   - canBeMirrored: True if the captions stay true of the mirrored picture.
  init(
    _ image: CaptionedImage, number: Int, captions: [Caption] = [], canBeMirrored: Bool = false
  ) {
    self.init(
      number: number, source: image.source, kind: image.kind, captions: captions,
      canBeMirrored: canBeMirrored, extent: image.extent)
    segment = image.segment
  }

  package var path: String { source.name }

  /// The same picture as one example for each caption.
  package var oneByOne: [TrainingExample] {
    captions.map {
      var example = TrainingExample(
        number: number, source: source, kind: kind, captions: [$0], canBeMirrored: canBeMirrored,
        extent: extent)
      example.segment = segment
      return example
    }
  }

  /// Returns its length for minibatches; words are counted without `<bos>`.
  func length(frameCount: Int) -> MinibatchBuilder.Length {
    let counts = captions.map { $0.words.count - 1 }
    return .init(
      source: frameCount, target: counts.max() ?? 0, captionCount: counts.count,
      wordCount: counts.reduce(0, +))
  }
}

/// A data set as words, before a vocabulary numbers them.
package struct TokenizedDataset: Sendable {
  /// The counts of the words that are learned from.
  package let counts: WordCounts
  private let pictures: [(image: CaptionedImage, captions: [[String]])]
  private let maximumWords: Int

  /// - Parameters:
  ///   - dataset: The data set; pictures without captions are left out.
  ///   - maximumWords: The number of words after which captions are cut, for learning.
  ///   - tokenizer: Splits captions into words.
  package init(
    _ dataset: CaptionDataset, maximumWords: Int, tokenizer: CaptionTokenizer = CaptionTokenizer()
  ) {
    let pictures = dataset.examples.map { picture in
      (picture, picture.captions.map(tokenizer.words(of:)).filter { !$0.isEmpty })
    }.filter { !$0.1.isEmpty }
    counts = WordCounts(
      counting: pictures.lazy.flatMap { $0.1.map { Array($0.prefix(maximumWords)) } })
    self.pictures = pictures
    self.maximumWords = maximumWords
  }

  /// - Parameter labelled: Pictures and clips with one caption each, a label, which counts as one word
  ///   whatever it is made of.
  package init(labels labelled: CaptionDataset) {
    pictures = labelled.examples.map { ($0, [$0.captions]) }
    counts = WordCounts(counting: pictures.lazy.flatMap(\.captions))
    maximumWords = 1
  }

  /// The whole captions of each picture, by the numbers of the examples; captions are scored against them.
  package var references: [[[String]]] { pictures.map(\.captions) }

  /// The number of pictures and clips.
  package var count: Int { pictures.count }

  package var captionCount: Int { pictures.reduce(0) { $0 + $1.captions.count } }

  /// Returns the number of captions that are cut, because they have too many words, or pieces of them.
  package func cutCaptionCount(with vocabulary: Vocabulary) -> Int {
    vocabulary.tokens(forEach: pictures.flatMap(\.captions)).count { $0.count > maximumWords }
  }

  /// A checksum of the file names and words, to tell one data set from another.
  package var fingerprint: String {
    var hash = SHA256()
    for picture in pictures {
      let name = picture.image.name.split(separator: "/").last ?? ""
      let text =
        "\(name)\t" + picture.captions.joined(separator: ["\t"]).joined(separator: " ") + "\n"
      Array(text.utf8).withUnsafeBytes { hash.update($0) }
    }
    return String(hash.digest().description.prefix(16))
  }

  package func examples(with vocabulary: Vocabulary) -> [TrainingExample] {
    let tokens = vocabulary.tokens(forEach: pictures.flatMap(\.captions), limit: maximumWords)
    var captionCount = 0
    return pictures.enumerated().map { number, picture in
      TrainingExample(
        picture.image, number: number,
        captions: picture.captions.map { _ in
          defer { captionCount += 1 }
          return .init(number: captionCount, words: [.start] + tokens[captionCount] + [.end])
        }, canBeMirrored: !picture.captions.joined().contains(where: namesSide))
    }
  }
}

/// Returns true if a word, or a label such as "turn_left", says that something is on the left or right, or
/// moves there: "left-hand", "rightmost", "lefthanded", "upper-left".
///
/// In doubt it returns true: a picture that is not mirrored costs little, but one that is mirrored under
/// "left" teaches what is not true.
func namesSide(_ word: String) -> Bool {
  // Few words contain the "ft" of "left" or the "ht" of "right", and comparing bytes is cheap.
  let pairs = zip(word.utf8, word.utf8.dropFirst())
  let isCandidate = pairs.contains { first, second in
    second | 0x20 == UInt8(ascii: "t")
      && (first | 0x20 == UInt8(ascii: "f") || first | 0x20 == UInt8(ascii: "h"))
  }
  guard isCandidate else { return false }
  let word = word.lowercased()
  return holdsSide(word)
    && holdsSide(wordsWithoutSide.reduce(word) { $0.replacing($1, with: " ") })
}

private func holdsSide(_ text: String) -> Bool { text.contains("left") || text.contains("right") }

/// Parts of words that hold "left" or "right" and mean neither.
private let wordsWithoutSide = [
  "bright", "upright", "outright", "downright", "forthright", "birthright", "copyright", "wright",
  "fright", "righteous", "rightful", "leftover", "cleft",
]
